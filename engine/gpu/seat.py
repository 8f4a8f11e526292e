"""Seat: the place of one tile among those that are painted together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from PIL.Image import Image

from engine.about import Facts
from engine.errors import EaselError
from engine.gpu.family import Family
from engine.gpu.painting import Painting
from engine.job import Recipe
from engine.ladder import Strain


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """A finished tile, not yet a file."""

    image: Image
    seconds: float
    notes: tuple[str, ...] = ()


@dataclass(eq=False, slots=True, kw_only=True)
class Seat:
    """Held from `Company.welcome` to `end`. Whoever took it sets `withdrawn` to have it back.

    `about` is what the log is told of it. `family` is there while the model is held for it, and
    `painting` once it began.
    """

    recipe: Recipe
    sources: Mapping[str, bytes]
    tell: Callable[[int, Image | None], None]
    end: Callable[[Painted | EaselError], None]
    about: Facts = field(default_factory=dict)
    withdrawn: bool = False
    family: Family | None = None
    painting: Painting | None = None
    seconds: float = 0.0
    strain: Strain = field(default_factory=Strain)
