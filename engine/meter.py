"""Meter: what can be measured of the engine, told to whoever keeps such numbers."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from engine.ladder import Rung, Work

log = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What became of a picture."""

    PAINTED = "painted"
    REMEMBERED = "remembered"
    """Its owner had it already."""
    FAILED = "failed"
    CANCELLED = "cancelled"


class Telling(StrEnum):
    """What came of telling somebody who is far away."""

    TOLD = "told"
    FAILED = "failed"
    """It is tried again."""
    GIVEN_UP = "given_up"
    NOBODY = "nobody"
    """Nobody is there to be told any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped:
    """Tiles of a model took a step together, in a forward of so many rows."""

    model: str
    seconds: float
    tiles: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Relieved:
    """Memory ran out. Without a rung nothing was left to be done."""

    work: Work
    rung: Rung | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """A job took its first step, so many seconds after it was asked for."""

    waited: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """So many pictures of a job. Of a job that waited for long nobody may know the model."""

    outcome: Outcome
    pictures: int
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """What was painted was paid for."""

    credits: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """Somebody was told, or was not."""

    outcome: Telling


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The database did what a statement says."""

    seconds: float


Measured = Stepped | Relieved | Began | Ended | Charged | Delivered | Stored
Listener = Callable[[Measured], None]
"""Is called in the thread where it happened, between two steps: it only counts."""


class Meter:
    """Whoever listens is told; where nobody does, measuring costs nothing."""

    def __init__(self) -> None:
        self._listeners: tuple[Listener, ...] = ()

    @property
    def heard(self) -> bool:
        """False where what happens need not be measured."""
        return bool(self._listeners)

    def add(self, listener: Listener) -> None:
        # Another tuple each time: the engine's thread may be going through this one.
        self._listeners = (*self._listeners, listener)

    def remove(self, listener: Listener) -> None:
        self._listeners = tuple(each for each in self._listeners if each != listener)

    def tell(self, measured: Measured) -> None:
        for listener in self._listeners:
            try:
                listener(measured)
            except Exception:  # nobody's picture may suffer from being counted
                log.exception("something could not be measured")


@runtime_checkable
class Metered(Protocol):
    """A painter that tells of its steps."""

    @property
    def meter(self) -> Meter: ...


def meter_of(painter: object) -> Meter:
    """One that tells nothing, where the painter has none."""
    return painter.meter if isinstance(painter, Metered) else Meter()
