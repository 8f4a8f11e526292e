"""A Discord on loopback, and Easel with a painter whose gate is opened by the test."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
from pydantic import SecretStr

from bot.app import App, open_app, painting
from bot.discord.start import Tempo, on_discord
from bot.painters import Painters
from bot.settings import Settings
from engine.card import ModelCard
from engine.crew import Crew
from tests.discord_server.server import Discord
from tests.fakes import BOOK, FakePainter

HALTED_S = 30.0
"""For so long the machine may halt, and no first answer comes too late or is tried again."""
HURRIED = Tempo(
    ready_s=0.02,
    identify_s=0.0,
    pause_s=0.01,
    edit_s=0.02,
    retry_s=0.01,
    answer_s=HALTED_S,
    answers_s=HALTED_S,
)
"""In a hurry with all but first answers: a machine that halts for a moment makes no second try."""


def at_leisure() -> float:
    """The seconds that people may still be told in when a test ends."""
    return HALTED_S


# Python writes out what a fixture answers, twice for each, to compare two signal handlers.
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Easel:
    """What a test may look into."""

    app: App
    painter: FakePainter


class OpenEasel(Protocol):
    """Opens the program with the models of these cards."""

    def __call__(self, *cards: ModelCard) -> AbstractAsyncContextManager[Easel]: ...


@pytest.fixture
async def server() -> AsyncIterator[Discord]:
    """Discord, with nobody in it yet."""
    async with Discord() as opened:
        opened.callbacks.answer_within_s = HALTED_S
        yield opened


@pytest.fixture
def settings(data_dir: Path, server: Discord) -> Settings:
    return Settings(
        port=0,
        data_dir=data_dir,
        discord_token=SecretStr(server.token),
        discord_api=server.api,
        discord_gateway=server.gateway,
    )


@pytest.fixture
def tempo() -> Tempo:
    return HURRIED


@pytest.fixture
def open_easel(settings: Settings, server: Discord, tempo: Tempo) -> OpenEasel:
    """Opens the program; opened again it finds what the one before left."""

    @asynccontextmanager
    async def opened(*cards: ModelCard) -> AsyncIterator[Easel]:
        by_name = {card.name: card for card in cards or [BOOK]}
        painter = FakePainter(cards=by_name)
        painter.gate.set()

        @asynccontextmanager
        async def warm(_: Settings) -> AsyncIterator[Crew]:
            yield Crew(painter)

        painters = Painters(cards=lambda _: by_name, device=lambda _: "cpu", open=warm)
        visits = len(server.doors.visits)
        async with (
            open_app(settings, painters) as app,
            painting(app, settings, painters, for_all=True),
            on_discord(app, settings, tempo, left=at_leisure),
        ):
            await server.ready(visits + 1)
            # What was painted to know the first price is none of the test's.
            painter.gate.clear()
            painter.painting.clear()
            painter.painted.clear()
            painter.sources.clear()
            yield Easel(app=app, painter=painter)

    return opened


@pytest.fixture
async def easel(open_easel: OpenEasel) -> AsyncIterator[Easel]:
    """Logged in."""
    async with open_easel() as opened:
        yield opened
