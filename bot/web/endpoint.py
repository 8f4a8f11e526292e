"""Endpoint: something that can be asked over HTTP, declared so that it is checked and described."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel

from bot.web.caller import Caller
from bot.web.dialect import PROBLEMS, Dialect
from bot.web.guests import FOR_EVER, Stay
from bot.web.told_headers import Headers, told_notes
from engine.key import Scope

Model = TypeVar("Model", bound=BaseModel)

Answer = type[BaseModel] | str
"""A shape, or the media type of what is no JSON."""
PLACES: Mapping[str, str] = {
    "job": "[0-9a-f]{32}",
    "tile": "[0-9]{1,2}",
    "number": "[0-9]{1,18}",
    "grant": "[0-9]{1,18}",
    "name": "[^/]{1,100}",
    "person": "[^/]{1,100}",
    "painter": "[^/]{1,100}",
    "until": "[0-9]{9,12}",
    "sign": "[0-9a-f]{64}",
    "file": "[0-9a-f]{64}",
    "ending": "(?:png|jpeg|webp)",
}
"""What may stand in a path, by what it is called there."""
MEANINGS: Mapping[str, str] = {
    "job": "The id of a job of yours; for moderators in the queue, of anybody's.",
    "tile": "Which picture of the job, from 0.",
    "number": "The number of a picture in your history.",
    "grant": "The id of a grant, as it was answered when it was given.",
    "name": "What it is called; whatever the case of its letters.",
    "person": "Whose: an id like discord:42, key:NAME or local.",
    "painter": "The name of a painter, as /v1/painters tells it.",
    "until": "When the address ends, in seconds since 1970.",
    "sign": "What makes sure that the address is one of ours.",
    "file": "The SHA-256 of the file.",
    "ending": "The kind of file that it is wanted as.",
}
LARGEST_BODY = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that was let in, with what it says read and checked."""

    request: web.Request
    caller: Caller
    asked: BaseModel | None = None
    """The body."""
    sought: BaseModel | None = None
    """The query."""
    stay: Stay = FOR_EVER

    def body(self, kind: type[Model]) -> Model:
        assert isinstance(self.asked, kind)
        return self.asked

    def query(self, kind: type[Model]) -> Model:
        assert isinstance(self.sought, kind)
        return self.sought

    def place(self, name: str) -> str:
        """What stands in the path under that name."""
        return self.request.match_info[name]

    def number(self, name: str) -> int:
        return int(self.request.match_info[name])


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """A kind of event of a stream; its data has one of those shapes."""

    kind: str
    data: tuple[type[BaseModel], ...]
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`scope` None is open to all. `answers` are what it says by its status: None for
    nothing, several where the client chooses.

    `body` is read as JSON, or as `media` says: a form, or several parts. `refuses` are statuses
    that it has besides those that follow from what it reads.
    """

    method: str
    path: str
    does: Callable[[Call], Awaitable[web.StreamResponse]]
    about: str
    tag: str
    scope: Scope | None
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    body_needed: bool = True
    media: tuple[str, ...] = ("application/json",)
    largest: int = LARGEST_BODY
    headers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Headers that it looks at, by the schema of their values."""
    sends: Mapping[int, Headers] = field(default_factory=dict)
    """Headers that only its answers of that status have."""
    events: tuple[Happening, ...] = ()
    """Where the answer is a stream of them."""
    more: str = ""
    """What is to be known of it beside what it is about."""
    answers: Mapping[int, Answer | Sequence[Answer] | None]
    refuses: frozenset[int] = frozenset()
    dialect: Dialect = PROBLEMS

    @property
    def route(self) -> str:
        """The path as aiohttp matches it."""
        path = self.path
        for name, form in PLACES.items():
            path = path.replace(f"{{{name}}}", f"{{{name}:{form}}}")
        return path

    def kinds(self, status: int) -> Sequence[Answer]:
        """In which it may answer with that status."""
        match self.answers[status]:
            case None:
                return ()
            case str() | type() as alone:
                return (alone,)
            case several:
                return several

    @property
    def places(self) -> tuple[str, ...]:
        return tuple(name for name in PLACES if f"{{{name}}}" in self.path)


def answered(
    told: BaseModel, status: int = 200, *, notes: Sequence[str] = (), **headers: str
) -> web.Response:
    """As JSON that nobody keeps; `notes` are for whoever looks at its headers."""
    return web.Response(
        body=told.model_dump_json().encode(),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store", **told_notes(notes), **headers},
    )
