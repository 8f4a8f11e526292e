"""Made: what a painter made ready of its models, so that what is asked for often is quick."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Forwards of so many rows of pictures of that size, which are told so many words.

    `phase` is how much of the network such forwards ask: the whole, unless pictures are cached.
    `compiling` is what waits for the compiler, too. `without` says in sentences what was tried for
    them and is not there, and why.
    """

    width: int
    height: int
    rows: int
    tokens: int
    phase: str
    recorded: bool
    compiled: bool
    compiling: bool
    without: tuple[str, ...] = ()


@runtime_checkable
class Making(Protocol):
    """A painter that makes ready what is asked for often."""

    @property
    def made(self) -> Mapping[str, tuple[Made, ...]]:
        """By the names of the models that are loaded."""
        ...


def made_of(painter: object) -> Mapping[str, tuple[Made, ...]]:
    """Nothing, where the painter makes nothing ready."""
    return painter.made if isinstance(painter, Making) else {}
