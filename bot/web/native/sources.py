"""Sources: pictures to begin from, sent once and then called by their digest."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from aiohttp import web

from bot.app import App
from bot.metadata import recipe_in
from bot.web.asked import LARGEST_PICTURE
from bot.web.bodies import read_raw
from bot.web.endpoint import Call, Endpoint, answered
from bot.web.fields import Said
from bot.web.incoming import Incoming
from bot.web.native.told import Told
from bot.web.parts import MULTIPART
from bot.web.shown import shown
from bot.web.told_headers import ATTACHED, TAG
from engine.card import ModelCard
from engine.errors import InvalidRequest, NotFound
from engine.job import Recipe
from engine.key import Scope
from engine.png import size_of_picture
from engine.prompt import write_prompt
from engine.remade import borrowed
from engine.request import LARGEST_SEED

AS_PICTURES = ("image/png", "image/jpeg", "image/webp")
AS_FILES = (*AS_PICTURES, "application/octet-stream")
NO_SOURCE = "You have no such picture, or it is not kept here any more."


async def read_file(request: web.Request, largest: int) -> Mapping[str, bytes]:
    """A body that is a file and nothing else. Raises web.HTTPException."""
    return {"file": await read_raw(request, largest)}


class SentFile(Said):
    """A PNG, JPEG or WebP."""

    file: bytes


class ToldRecipe(Told):
    """What the file says of how it was painted, here or elsewhere."""

    prompt: str
    negative: str
    model: str
    seed: int
    width: int
    height: int
    steps: int
    sampler: str
    guidance: float


class ToldSource(Told):
    """Where the file has no recipe in it, `prompt`, `command` and `recipe` are null; `command` is
    also where it says what cannot be painted here."""

    digest: str
    width: int
    height: int
    prompt: str | None
    command: str | None
    recipe: ToldRecipe | None


class Sources:
    """Only who sent one may begin from it."""

    def __init__(self, app: App, incoming: Incoming) -> None:
        self._cards, self._incoming, self._ledger = app.cards, incoming, app.ledger

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="POST",
                path="/v1/sources",
                does=self.take,
                about="Send a picture to begin from, and read the recipe in it",
                tag="jobs",
                scope=Scope.PAINT,
                body=SentFile,
                media=(*AS_FILES, MULTIPART),
                largest=LARGEST_PICTURE,
                answers={201: ToldSource},
            ),
            Endpoint(
                method="GET",
                path="/v1/sources/{file}",
                does=self.show,
                about="A picture that you sent, painted or began from, by its digest",
                tag="jobs",
                scope=Scope.READ,
                answers={200: AS_PICTURES, 304: None},
                sends={200: {**TAG, **ATTACHED}, 304: {**TAG, **ATTACHED}},
                refuses=frozenset({404}),
            ),
        )

    async def take(self, call: Call) -> web.Response:
        file = call.body(SentFile).file
        digest = await self._incoming.keep(file, call.caller.owner)
        width, height = await asyncio.to_thread(size_of_picture, file)
        recipe = await asyncio.to_thread(recipe_in, file)
        told = ToldSource(
            digest=digest,
            width=width,
            height=height,
            prompt=recipe.prompt if recipe else None,
            command=_command_of(recipe, self._cards) if recipe else None,
            recipe=_told(recipe) if recipe else None,
        )
        return answered(told, status=201)

    async def show(self, call: Call) -> web.Response:
        digest = call.place("file")
        if digest not in await self._ledger.own(call.caller.owner.id, [digest]):
            raise NotFound(NO_SOURCE)
        read = partial(self._ledger.file, digest)
        inline = {"Content-Disposition": "inline"}
        try:
            return await shown(call.request, digest, read, inline)
        except NotFound:
            raise NotFound(NO_SOURCE) from None


def _command_of(recipe: Recipe, cards: Mapping[str, ModelCard]) -> str | None:
    """With its seed: whoever takes over a whole recipe wants that picture."""
    try:
        request = borrowed(recipe, cards)
    except InvalidRequest:
        return None
    seed = recipe.seed if 0 <= recipe.seed <= LARGEST_SEED else None
    return write_prompt(request.model_copy(update={"seed": seed}))


def _told(recipe: Recipe) -> ToldRecipe:
    names: dict[str, Any] = {name: getattr(recipe, name) for name in ToldRecipe.model_fields}
    width, height = recipe.final_size
    return ToldRecipe(**names | {"width": width, "height": height})
