"""Curve: how long steps of so many rows take, and from where on wider ones hardly gain."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import isfinite
from typing import Any, Protocol, Self, runtime_checkable

from engine.price import Speed
from engine.request import LARGEST

# A tile with guidance takes as many: halved it would be rounded otherwise.
LEAST_ROWS = 2
# Nothing wider is measured: from here on a card hardly gains anything at any size.
WIDEST = 16
# A row may cost so much more than where it costs least. Everybody's step is as long as the forward
# that they share, so a twelfth of throughput is not worth half as long a step again; and what a
# clock says differs by a percent or two each time.
NEAR = 0.08
# What somebody may have measured of a step or a picture: below it no kernel starts.
LEAST_S, MOST_S = 1e-6, 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """`steps` are rows, in rising order, and the seconds of a step with so many at that size.

    `alone` is how quick a picture is that shares its steps with nobody. Of `compiled` rows a
    program of the compiler took the steps.
    """

    width: int
    height: int
    steps: tuple[tuple[int, float], ...]
    alone: Speed
    compiled: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        widths = [rows for rows, _ in self.steps]
        if not widths or widths != sorted({*widths}) or widths[0] < 1:
            raise ValueError(f"{widths} are no rows of a curve")
        if not {*self.compiled} <= {*widths}:
            raise ValueError(f"{self.compiled} are no rows of that curve")
        if not all(isfinite(seconds) and seconds > 0 for _, seconds in self.steps):
            raise ValueError("a step takes some time, and not for ever")
        if min(self.width, self.height) < 1:
            raise ValueError(f"{self.width}x{self.height} is no size")

    @property
    def knee(self) -> int:
        """The fewest rows that cost hardly more each than where they cost least."""
        return max(LEAST_ROWS, self._bend[0])

    @property
    def row_seconds(self) -> float:
        """What a row takes of a step that is as wide as the knee."""
        rows, seconds = self._bend
        return seconds / rows

    @property
    def _bend(self) -> tuple[int, float]:
        # A single row may have been made ready when wider ones were not.
        wide = [step for step in self.steps if step[0] >= LEAST_ROWS] or self.steps
        best = min(seconds / rows for rows, seconds in wide)
        return next(
            (rows, seconds) for rows, seconds in wide if seconds / rows <= best * (1 + NEAR)
        )

    @property
    def pixels(self) -> int:
        return self.width * self.height

    @property
    def lone(self) -> Speed | None:
        """How quick a picture without guidance is, by itself; None where that was not measured."""
        seconds = dict(self.steps).get(1)
        return None if seconds is None else Speed(row_step=seconds, rest=self.alone.rest)

    def to_dict(self) -> dict[str, Any]:
        """As JSON can be made of it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, told: Any) -> Self:
        """Raises ValueError where that is nothing that `to_dict` answered."""
        try:
            alone = told["alone"]
            return cls(
                width=_whole(told["width"], LARGEST),
                height=_whole(told["height"], LARGEST),
                steps=tuple(
                    (_whole(rows, WIDEST), _seconds(seconds)) for rows, seconds in told["steps"]
                ),
                alone=Speed(
                    row_step=_seconds(alone["row_step"]), rest=_seconds(alone["rest"], least=0)
                ),
                compiled=tuple(_whole(rows, WIDEST) for rows in told.get("compiled", ())),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"that is no curve: {error!r}") from None


def _whole(told: Any, most: int) -> int:
    """Only what is one: the rest of 2.9 was meant for something, and true is no number."""
    if type(told) is not int or not 1 <= told <= most:
        raise ValueError(f"{told!r:.60} is no whole number from 1 to {most}")
    return told


def _seconds(told: Any, *, least: float = LEAST_S) -> float:
    if type(told) not in {int, float} or not least <= told <= MOST_S:
        raise ValueError(f"{told!r:.60} seconds take neither a step nor a picture")
    return float(told)


def knee_at(pixels: int, curves: Sequence[Curve]) -> int:
    """Between sizes that were measured what a step holds in pixels is on the line between theirs.

    Beyond them a card is as busy with as many pixels in fewer or more rows.
    """
    known = sorted((curve.pixels, float(curve.pixels * curve.knee)) for curve in curves)
    held = known[0][1] if pixels < known[0][0] else known[-1][1]
    for (less, few), (more, many) in pairwise(known):
        if less <= pixels < more:
            held = few + (many - few) * (pixels - less) / (more - less)
    return max(LEAST_ROWS, min(WIDEST, int(held / pixels)))


@runtime_checkable
class Timed(Protocol):
    """A painter that has measured how long it takes."""

    @property
    def curves(self) -> Mapping[str, tuple[Curve, ...]]:
        """By the names of its models, of those that it measured: the usual size comes first."""
        ...


def curves_of(painter: object) -> Mapping[str, tuple[Curve, ...]]:
    """None, where the painter measures nothing."""
    return painter.curves if isinstance(painter, Timed) else {}
