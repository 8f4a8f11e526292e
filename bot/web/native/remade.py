"""Remade: more of a picture that somebody has: it again, something near to it, or it larger."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field

from bot.app import App
from bot.web.endpoint import Call, Endpoint
from bot.web.fields import Said
from bot.web.idempotency import HEADER, once_in
from bot.web.native.jobs import Jobs
from bot.web.native.told import ToldJob
from bot.web.told_headers import LOCATION
from engine.again import request_of, require_same
from engine.errors import InvalidRequest, NotFound
from engine.job import Remembered
from engine.key import Scope
from engine.remade import FACTOR, VARIATION, asked_for, rerolled, upscaled, varied
from engine.request import MOST_TILES, ImageRequest

REFUSES = frozenset({404})
NO_TILE = "That job has no such picture."


class SaidReroll(Said):
    """Of the whole job, or of one of its tiles. The `same` is that very picture once more."""

    tile: Annotated[int, Field(ge=0, lt=MOST_TILES)] | None = None
    same: bool = False


class SaidVary(Said):
    """How far to go from the picture, and how often."""

    strength: Annotated[float, Field(ge=0.01, le=1)] = VARIATION
    count: Annotated[int, Field(ge=1, le=16)] = 1


class SaidUpscale(Said):
    """How many times as large; `redraw` is how much to paint over what was enlarged."""

    factor: Annotated[float, Field(ge=1.1, le=4)] = FACTOR
    redraw: Annotated[float, Field(ge=0, le=1)] = 0.0


class Remade:
    """One's own only."""

    def __init__(self, app: App, jobs: Jobs) -> None:
        self._app, self._jobs = app, jobs

    def endpoints(self) -> Sequence[Endpoint]:
        one = "/v1/jobs/{job}"
        tile = f"{one}/tiles/{{tile}}"
        return (
            _posting(f"{one}/reroll", self.reroll, SaidReroll, "Paint a job or a tile once more"),
            _posting(f"{tile}/vary", self.vary, SaidVary, "Paint something near to a picture"),
            _posting(f"{tile}/upscale", self.upscale, SaidUpscale, "Make a picture larger"),
        )

    async def reroll(self, call: Call) -> web.Response:
        asked, job = call.body(SaidReroll), await self._jobs.own(call)
        tile = asked.tile or 0
        if tile >= len(job.tiles):
            raise NotFound(NO_TILE)
        if asked.same:
            return await self._submitted(call, await self._same(call, asked))
        request = asked_for(job, call.caller.owner.id, asked.tile)
        return await self._submitted(call, rerolled(request, job.tiles[tile].recipe))

    async def vary(self, call: Call) -> web.Response:
        asked, picture = call.body(SaidVary), await self._jobs.tile(call)
        same = request_of(picture.recipe)
        request = varied(picture.recipe, picture.file, strength=asked.strength, count=asked.count)
        # By another model of that name nothing near to it would come.
        [now] = (await self._app.studio.quote(same)).tiles
        require_same(picture.recipe, now.recipe)
        return await self._submitted(call, request)

    async def upscale(self, call: Call) -> web.Response:
        asked, picture = call.body(SaidUpscale), await self._jobs.tile(call)
        request = upscaled(picture.recipe, picture.file, factor=asked.factor, redraw=asked.redraw)
        return await self._submitted(call, request)

    async def _same(self, call: Call, asked: SaidReroll) -> ImageRequest:
        pictures = await self._app.ledger.pictures(call.place("job"))
        found = _chosen(pictures, asked.tile)
        return await self._app.encore.again(call.caller.owner, found.number)

    async def _submitted(self, call: Call, request: ImageRequest) -> web.Response:
        return await self._jobs.submitted(request, call.caller, await once_in(call))


def _chosen(pictures: Sequence[Remembered], tile: int | None) -> Remembered:
    """Raises NotFound where it is not painted or was deleted, InvalidRequest where one of several
    must be chosen."""
    if tile is None and len(pictures) > 1:
        raise InvalidRequest("That job has several pictures. Say which tile you want again.")
    for picture in pictures:
        if tile is None or picture.tile == tile:
            return picture
    raise NotFound(NO_TILE)


def _posting(
    path: str,
    does: Callable[[Call], Awaitable[web.StreamResponse]],
    body: type[BaseModel],
    about: str,
) -> Endpoint:
    return Endpoint(
        method="POST",
        path=path,
        does=does,
        about=about,
        tag="jobs",
        scope=Scope.PAINT,
        body=body,
        body_needed=False,
        headers=HEADER,
        answers={202: ToldJob},
        sends={202: LOCATION},
        refuses=REFUSES,
    )
