"""What a way through the jobs took. Nothing in here is anything but a measured time."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """All jobs painted in one way: the seconds in all, each job's wait, each job's PNG."""

    seconds: float
    waits: tuple[float, ...]
    pictures: tuple[bytes, ...]

    def __post_init__(self) -> None:
        _require_measured(self.waits)
        if len(self.pictures) != len(self.waits) or not all(self.pictures):
            raise ValueError("a run has a wait and a picture for every job")
        if not (isfinite(self.seconds) and self.seconds >= max(self.waits)):
            raise ValueError("a run takes at least as long as its longest job")

    @property
    def ips(self) -> float:
        """Pictures a second."""
        return len(self.pictures) / self.seconds


def percentile(times: Sequence[float], percent: float) -> float:
    """The shortest of these times that so many percent of them do not exceed."""
    _require_measured(times)
    if not 0 < percent <= 100:
        raise ValueError(f"there is no {percent} percent of some times")
    return sorted(times)[ceil(len(times) * percent / 100) - 1]


def median_ratio(tops: Sequence[float], bottoms: Sequence[float]) -> float:
    """Round by round, for what slows one half of a round slows the other half as well."""
    _require_measured(tops)
    _require_measured(bottoms)
    return median(top / bottom for top, bottom in zip(tops, bottoms, strict=True))


def _require_measured(times: Sequence[float]) -> None:
    if not times:
        raise ValueError("nothing was measured")
    if not all(isfinite(time) and time > 0 for time in times):
        raise ValueError(f"no clock showed {min(times)} to {max(times)}")
