"""Growth: whether what a program takes up still grows once it is warm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import linear_regression, median

MOST = 0.05
WARM_UP = 1 / 3
"""The part of a life in which caches fill up: nothing of it counts."""
LEAST_JUDGED_S = 240.0
"""Of less than this nobody can tell a leak from a cache that is still filling."""
LEAST_SAMPLES = 16
LOWS, BLOCK = frozenset({"files", "threads"}), 15
"""Of these the least of so many samples counts: how many are open at once depends on how busy the
machine is, but what leaks stays open also when little is asked."""
SLACK: Mapping[str, float] = {"files": 4, "threads": 2}
"""Connections come and go, and of so few things one more would be a growth already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What a program takes up at a moment, in seconds of one clock: bytes and counts by name."""

    at: float
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Of a value, from the end of the warm-up: medians of the first and the last quarter, and where
    the line through the second half would lead in the whole time."""

    name: str
    seconds: float
    first: float
    last: float
    drift: float

    @property
    def share(self) -> float:
        """What grew by one measure and not by the other is a cache that filled, or a busy end."""
        least = min(self.last - self.first, self.drift)
        return least / self.first if self.first else 0.0

    @property
    def too_much(self) -> bool:
        grown = self.share * self.first
        return self.share > MOST and grown > SLACK.get(self.name, 0)

    def __str__(self) -> str:
        medians = f"medians {self.first:,.0f} and {self.last:,.0f}"
        return (
            f"{self.name} {self.share:+.1%} in {self.seconds:.0f} s "
            f"({medians}, the line rises by {self.drift:,.0f})"
        )


def growth_of(samples: Sequence[Sample]) -> list[Growth]:
    """Of each value; nothing where there is too little to judge by."""
    if len(samples) < 2:
        return []
    began, ended = samples[0].at, samples[-1].at
    warm = [one for one in samples if one.at >= began + (ended - began) * WARM_UP]
    seconds = ended - warm[0].at
    if seconds < LEAST_JUDGED_S or len(warm) < LEAST_SAMPLES:
        return []
    quarter, half = len(warm) // 4, len(warm) // 2
    found = []
    for name in warm[0].values:
        values = [one.values[name] for one in warm]
        if name in LOWS:
            values = [min(values[max(0, at - BLOCK) : at + 1]) for at in range(len(values))]
        slope, _ = linear_regression([one.at for one in warm[half:]], values[half:])
        found.append(
            Growth(
                name=name,
                seconds=seconds,
                first=median(values[:quarter]),
                last=median(values[-quarter:]),
                drift=slope * seconds,
            )
        )
    return found
