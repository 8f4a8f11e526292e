"""Times that were measured, as the few numbers that tell of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """In seconds: half of them took less than `half`, 99 of a hundred less than `p99`."""

    count: int
    half: float
    p99: float
    longest: float

    @classmethod
    def of(cls, seconds: Iterable[float | None]) -> Self:
        """Whatever was never answered took for ever."""
        took = sorted(float("inf") if one is None else one for one in seconds)
        return cls(
            count=len(took),
            half=took[len(took) // 2],
            p99=took[len(took) * 99 // 100],
            longest=took[-1],
        )

    def __str__(self) -> str:
        times = (self.half * 1000, self.p99 * 1000, self.longest * 1000)
        return "{} of them: p50 {:.0f} ms, p99 {:.0f} ms, max {:.0f} ms".format(self.count, *times)
