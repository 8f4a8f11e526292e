"""Outcome: what a policy made of those who asked, as the few numbers that tell of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Self

from engine.simulation.arrivals import GREEDY, Arrival
from engine.simulation.timetable import Timetable


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`ips` are the pictures a second while people still asked.

    A slowdown is the time from asking to the picture over what that picture takes alone; p95 is
    not passed by 95 of 100. `modest` people ask for one at a time, beside one who is `greedy`.
    """

    ips: float
    p50_s: float
    p95_s: float
    slowdown_p95: float
    modest_slowdown_p95: float
    greedy_slowdown_p95: float

    @classmethod
    def of(cls, asked: Sequence[Arrival], ends: Sequence[float], timetable: Timetable) -> Self:
        last = asked[-1].at
        waits = [end - one.at for one, end in zip(asked, ends, strict=True)]
        slowdowns = [
            wait / timetable.alone_s(one.recipe) for one, wait in zip(asked, waits, strict=True)
        ]
        greedy = [one.owner == GREEDY for one in asked]
        return cls(
            ips=sum(end <= last for end in ends) / last,
            p50_s=percentile(waits, 50),
            p95_s=percentile(waits, 95),
            slowdown_p95=percentile(slowdowns, 95),
            modest_slowdown_p95=percentile(_where(slowdowns, greedy, wanted=False), 95),
            greedy_slowdown_p95=percentile(_where(slowdowns, greedy, wanted=True), 95),
        )


def percentile(numbers: Sequence[float], percent: int) -> float:
    """The smallest of them that so many percent do not exceed; 0 where there are none."""
    if not numbers:
        return 0.0
    return sorted(numbers)[ceil(len(numbers) * percent / 100) - 1]


def _where(numbers: Sequence[float], marks: Sequence[bool], *, wanted: bool) -> list[float]:
    return [number for number, mark in zip(numbers, marks, strict=True) if mark is wanted]
