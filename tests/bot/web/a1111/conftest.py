"""A1111's client, as its users open it, with the real program behind it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from webuiapi import WebUIApi

from bot.app import open_app, painting
from bot.painters import Painters
from bot.settings import Settings
from engine.addon import Addon, Kind, Refused, Shelf
from engine.crew import Crew
from engine.job import Owner
from tests.bot.web.conftest import Client, House
from tests.fakes import BOOK, FakePainter

OTHER = replace(BOOK, name="sketch", digest="cafe" * 16)
SHELF = Shelf(
    addons=[
        Addon(kind=Kind.LORA, name="ink", digest="1" * 64),
        Addon(kind=Kind.EMBEDDING, name="mist", digest="2" * 64, architecture="SD 1.x"),
        Addon(kind=Kind.EMBEDDING, name="haze", digest="3" * 64),
        Addon(kind=Kind.CONTROLNET, name="edges", digest="4" * 64),
        Addon(kind=Kind.UPSCALER, name="4x_sharp", digest="5" * 64),
    ],
    refused=[Refused(kind=Kind.LORA, name="broken", why="It is no safetensors file.")],
)
"""One of each, of which the first embedding is for another kind of model."""


@pytest.fixture
async def house(settings: Settings) -> AsyncIterator[House]:
    """One with add-ons."""
    painter = FakePainter()
    painter.gate.set()

    @asynccontextmanager
    async def warm(_: Settings) -> AsyncIterator[Crew]:
        yield Crew(painter)

    painters = Painters(
        cards=lambda _: {BOOK.name: BOOK, OTHER.name: OTHER},
        device=lambda _: "cpu",
        open=warm,
        shelf=lambda _: lambda: SHELF,
    )
    async with (
        open_app(settings, painters) as app,
        painting(app, settings, painters, for_all=True),
    ):
        painter.gate.clear()
        painter.painting.clear()
        painter.painted.clear()
        painter.sources.clear()
        yield House(app=app, painter=painter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """Their client waits while it asks, so it does that in a thread."""

    api: WebUIApi

    async def __call__(self, name: str, *args: Any, **said: Any) -> Any:
        return await asyncio.to_thread(getattr(self.api, name), *args, **said)


Open = Callable[..., Awaitable[Theirs]]


@pytest.fixture
async def opened(client: Client, house: House) -> AsyncIterator[Open]:
    """A client with a key of that owner's, as its users write it."""
    clients: list[Theirs] = []

    async def open_as(name: str = "tests", *, owner: Owner | None = None) -> Theirs:
        key = await house.key(name, owner=owner)
        base = str(client.make_url("/sdapi/v1"))
        api = await asyncio.to_thread(WebUIApi, baseurl=base, username="anybody", password=key)
        clients.append(Theirs(api=api))
        return clients[-1]

    yield open_as
    for one in clients:
        one.api.session.close()


@pytest.fixture
async def theirs(opened: Open) -> Theirs:
    return await opened()


def a_picture(width: int = 64, height: int = 64, colour: str = "red") -> Image.Image:
    return Image.new("RGB", (width, height), colour)


def a_mask(width: int, height: int, box: tuple[int, int, int, int]) -> Image.Image:
    """White in the box."""
    mask = Image.new("L", (width, height))
    mask.paste(255, box)
    return mask


def seen(file: bytes) -> Image.Image:
    image = Image.open(BytesIO(file))
    image.load()
    return image
