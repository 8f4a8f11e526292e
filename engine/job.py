"""A job and what it is made of: tiles, recipes, pictures, progress."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import uuid4

from engine.request import ImageRequest


class Status(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    PAINTING = "painting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNFINISHED = frozenset({Status.QUEUED, Status.PAINTING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose job it is. The id says where they come from: `discord:42`, `local`."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Everything needed to paint a tile again."""

    prompt: str
    negative: str = ""
    model: str
    digest: str
    width: int
    height: int
    steps: int
    guidance: float
    sampler: str
    seed: int
    image: str | None = None
    strength: float = 1.0
    mask: str | None = None
    exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One picture of a request, with its own seed in its recipe."""

    index: int
    recipe: Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A request that was accepted."""

    id: str = field(default_factory=lambda: uuid4().hex)
    owner: Owner
    request: ImageRequest
    tiles: tuple[Tile, ...]
    price: float
    submitted: datetime
    key: str | None = None
    origin: str = "local"
    status: Status = Status.QUEUED
    attempt: int = 0
    spent: float = 0.0
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a tile is. `preview` is a small PNG, not at every step."""

    job: str
    tile: int
    step: int
    steps: int
    preview: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A finished tile.

    `seconds` is its share of the painter's time; `notes` say what was done to fit it.
    """

    recipe: Recipe
    png: bytes
    seconds: float
    notes: tuple[str, ...] = ()


class Bookmark(NamedTuple):
    """Where a picture stands in history. Its time alone would not do: many may share one."""

    painted: datetime
    job: str
    tile: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A picture as history knows it. `file` is the digest of its PNG."""

    job: str
    tile: int
    owner: str
    recipe: Recipe
    file: str
    seconds: float
    painted: datetime
    notes: tuple[str, ...] = ()

    @property
    def bookmark(self) -> Bookmark:
        return Bookmark(self.painted, self.job, self.tile)
