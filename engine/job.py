"""A job and what it is made of: tiles, recipes, pictures, progress."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import uuid4

from engine.extra import Control, Extra, Reference
from engine.request import ImageRequest
from engine.safety import Measure


class Status(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    PAINTING = "painting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


LANCZOS, LATENT = "Lanczos", "Latent"
"""The upscalers that need no file."""
UNFINISHED = frozenset({Status.QUEUED, Status.PAINTING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose job it is. The id says where they come from: `discord:42`, `local`."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Everything needed to paint a tile again.

    `width` and `height` are those of the first pass; `upscale` enlarges what it painted, and
    `redraw` is the strength with which a second pass paints over that. `outpaint` is how many
    pixels of the picture are new at its left, top, right and bottom. `guidance_end` is the share of
    a pass's steps after which it follows the prompt alone. Of `cache` forwards of a pass one is
    whole, and all at its end; the others take over what a deep part made before. `hand` is how
    pictures came about where it was painted; another device or precision paints other bits.
    `safety` is what is done with it if it is unsafe, where that is more than what is done
    everywhere.
    """

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
    outpaint: tuple[int, int, int, int] | None = None
    guidance_end: float = 1.0
    cache: int = 1
    rescale: float = 0.0
    clip_skip: int = 1
    variation: float = 0.0
    variation_seed: int | None = None
    upscale: float = 1.0
    upscaler: str = LANCZOS
    upscaler_digest: str = ""
    redraw: float = 0.0
    loras: tuple[Extra, ...] = ()
    embeddings: tuple[Extra, ...] = ()
    controls: tuple[Control, ...] = ()
    references: tuple[Reference, ...] = ()
    exact: bool = False
    hand: str = ""
    safety: Measure | None = None

    @property
    def painted_steps(self) -> tuple[int, int]:
        """The steps that the first and the second pass paint; what an image spares is not there."""
        first, second = self.steps, 0
        if self.keeps_image:
            first = 0
        elif self.image is not None:
            first = max(1, min(self.steps, int(self.steps * self.strength)))
        if self.redraw > 0:
            second = max(1, min(self.steps, int(self.steps * self.redraw)))
        return first, second

    def guided(self, forwards: int) -> int:
        """Before how many of a pass's forwards guidance has not ended; those are of two rows."""
        return max(1, round(forwards * self.guidance_end)) if self.guidance > 1 else 0

    @property
    def every(self) -> int:
        """Its cache, where it has one: ControlNets are heard in the deep part."""
        return 1 if self.controls else self.cache

    @property
    def is_bare(self) -> bool:
        """Nothing is put on the network for it."""
        return not (self.loras or self.references or self.controls)

    @property
    def keeps_image(self) -> bool:
        """True where the image is only to be enlarged."""
        return self.image is not None and self.strength == 0

    @property
    def told_steps(self) -> int:
        """How many steps progress counts to, both passes together."""
        first = 0 if self.keeps_image else self.steps
        return first + self.painted_steps[1] or 1

    @property
    def second(self) -> "Recipe":
        """The pass over what was enlarged, as a recipe of its own."""
        width, height = self.final_size
        return replace(
            self,
            width=width,
            height=height,
            strength=self.redraw,
            outpaint=None,
            upscale=1.0,
            redraw=0.0,
        )

    @property
    def final_size(self) -> tuple[int, int]:
        """Of the picture that comes out."""
        return enlarged(self.width, self.upscale), enlarged(self.height, self.upscale)


def enlarged(side: int, factor: float) -> int:
    """The side that many times as long, as a multiple of 8."""
    return side if factor == 1 else max(8, round(side * factor / 8) * 8)


def recipe_of(told: Mapping[str, Any]) -> Recipe:
    """The recipe that `dataclasses.asdict` wrote, also after it went through JSON.

    Names that a newer Easel wrote are passed over. Raises ValueError where it is no recipe.
    """
    try:
        parts = _known(Recipe, told)
        for name, kind in EXTRAS.items():
            parts[name] = tuple(kind(**_known(kind, extra)) for extra in told.get(name, ()))
        if (outpaint := told.get("outpaint")) is not None:
            parts["outpaint"] = tuple(outpaint)
        return Recipe(**parts)
    except (TypeError, AttributeError) as error:
        raise ValueError(f"that is no recipe: {type(error).__name__}") from error


EXTRAS: Mapping[str, type[Extra]] = {
    "loras": Extra,
    "embeddings": Extra,
    "controls": Control,
    "references": Reference,
}
"""The fields of a recipe that hold extras."""


def _known(kind: type, told: Mapping[str, Any]) -> dict[str, Any]:
    names = _names(kind)
    return {name: value for name, value in told.items() if name in names}


@cache
def _names(kind: type) -> frozenset[str]:
    return frozenset(field.name for field in fields(kind))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One picture of a request, with its own seed in its recipe."""

    index: int
    recipe: Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A request that was accepted.

    `reply` says to whoever delivers where its end is told; empty where somebody waits for it.
    `attempt` counts how often it was begun, and only who began it last may finish it. `clock` is
    what the queue's clock of that `tier` said when it came. `sent` is what was asked for with its
    key, by a digest, before anybody's defaults were taken.
    """

    id: str = field(default_factory=lambda: uuid4().hex)
    owner: Owner
    request: ImageRequest
    tiles: tuple[Tile, ...]
    price: float
    submitted: datetime
    key: str | None = None
    sent: str | None = None
    origin: str = "local"
    reply: str = ""
    tier: int = 0
    clock: int = 0
    status: Status = Status.QUEUED
    attempt: int = 0
    spent: float = 0.0
    problem: str = ""

    @property
    def cost(self) -> float:
        """What was taken for it, however long it took: never more than was put aside."""
        return min(self.spent, self.price)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A picture as history knows it. `file` is the digest of its PNG.

    People call it by its `number`; one that was stored later has a higher one.
    """

    number: int
    job: str
    tile: int
    owner: str
    recipe: Recipe
    file: str
    seconds: float
    painted: datetime
    favourite: bool = False
    notes: tuple[str, ...] = ()
