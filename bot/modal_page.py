"""The page of a rented machine: one picture for one request, for programs that only want that.

It stands alone: no queue, no history, no accounts. Who may ask is decided before it is reached.
"""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from secrets import randbelow
from typing import Any, Protocol, cast

from bot.web.bodies import checked
from bot.web.tutorial.generate import PNG, Generate
from bot.web.within import within
from engine.addon import Shelf
from engine.card import ModelCard, card_named
from engine.errors import EaselError, InvalidRequest, NotFound, PainterGone, Rejected
from engine.job import Picture, Recipe
from engine.ports import Tell
from engine.request import LARGEST_SEED
from engine.tiles import tiles_of

MOST = 64 * 1024
"""Bytes of a request."""
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is sent back."""

    status: int
    body: bytes
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class Paints(Protocol):
    """What a painter must have for this."""

    @property
    def cards(self) -> Mapping[str, ModelCard]:
        """Raises PainterGone."""
        ...

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        """As engine.ports.Painter has it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An ASGI application: POST a prompt and options, as the tutorials call them, to any path."""

    painter: Paints
    shelf: Callable[[], Shelf]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        answer = await self._answer(str(scope["method"]), receive)
        headers = {"content-type": answer.kind, "cache-control": "no-store", **answer.headers}
        told = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": told})
        await send({"type": "http.response.body", "body": answer.body})

    async def picture(self, asked: bytes) -> Picture:
        """Raises InvalidRequest and what the painter raises."""
        request, seed = request_in(asked), randbelow(LARGEST_SEED + 1)
        card = card_named(request.model, self.painter.cards)
        body = request.request
        if request.sides is not None and not body.aspect:
            body = body.model_copy(update=within(*request.sides, card).fields)
        (tile, *others) = tiles_of(body, card, seed=seed, shelf=self.shelf())
        if others:
            raise InvalidRequest("One picture comes of each request here. Ask again for more.")
        return await self.painter.paint(tile.recipe, {}, lambda step, preview: None)

    async def _answer(self, method: str, receive: Receive) -> Answer:
        if method not in {"GET", "POST"}:
            return _told(405, detail="POST a prompt here.")
        try:
            if method == "GET":
                return _told(200, status="ok", models=list(self.painter.cards))
            picture = await self.picture(await _body(receive))
        except EaselError as error:
            return _told(_status(error), detail=str(error))
        except Exception:
            log.exception("a picture met a bug")
            return _told(500, detail="Something broke here. The log says what.")
        headers = {
            "x-seed": str(picture.recipe.seed),
            "x-generation-time": f"{picture.seconds:.3f}",
        }
        return Answer(status=200, body=picture.png, kind=PNG, headers=headers)


def request_in(asked: bytes) -> Generate:
    """Raises InvalidRequest."""
    try:
        content = json.loads(asked)
    except (ValueError, RecursionError):
        raise InvalidRequest('Send an object of JSON, like {"prompt": "a fox"}.') from None
    request = cast(Generate, checked(Generate, content))
    if not request.wait:
        raise InvalidRequest("Nothing can be asked after here. Leave wait out.")
    return request


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        part = await receive()
        if part["type"] != "http.request":
            raise InvalidRequest("You hung up.")
        body += part.get("body", b"")
        more = part.get("more_body", False)
        if len(body) > MOST:
            raise InvalidRequest("That is more than a request can be.")
    return body


async def _live(receive: Receive, send: Send) -> None:
    while True:
        match (await receive())["type"]:
            case "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            case _:
                await send({"type": "lifespan.shutdown.complete"})
                return


def _status(error: EaselError) -> int:
    match error:
        case NotFound():
            return 404
        case Rejected():
            return 422
        case PainterGone():
            return 503
    return 500


def _told(code: int, **told: object) -> Answer:
    return Answer(status=code, body=json.dumps(told).encode())
