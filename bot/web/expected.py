"""Expected: where a job was said to stand, and when it was said to be there."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from engine.place import Place

NEAR = 10
"""With so few pictures ahead, each one that is done is worth telling."""
SHARE = 0.1
LEAST_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """`arrives` is by the clock of the event loop."""

    ahead: int
    arrives: float
    paused: bool = False

    def holds(self, now: "Expected", clock: float) -> bool:
        """False where a person would want to hear what is expected now instead."""
        if self.paused != now.paused:
            return False
        moved = abs(self.ahead - now.ahead)
        if moved > (0 if min(self.ahead, now.ahead) < NEAR else self.ahead * SHARE):
            return False
        left = max(0.0, now.arrives - clock)
        return abs(self.arrives - now.arrives) <= max(LEAST_S, left * SHARE)


def expected(place: Place, clock: float) -> Expected:
    return Expected(ahead=place.ahead, arrives=clock + place.seconds, paused=place.paused)


class Expectations:
    """What those who wait were told last; `places` answers where jobs stand."""

    def __init__(self, places: Callable[[Collection[str]], Mapping[str, Place]]) -> None:
        self._places = places
        self._told: dict[str, Expected] = {}

    def broken(self, jobs: Collection[str], clock: float) -> Sequence[str]:
        """Of which of these jobs what was told holds no more. They are told now.

        One that was not among them before is told of as it comes, and so not here.
        """
        places = self._places(jobs) if jobs else {}
        now = {job: expected(place, clock) for job, place in places.items()}
        broken = []
        for job, then in self._told.items():
            if job in now and then.holds(now[job], clock):
                now[job] = then
            elif job in now:
                broken.append(job)
        self._told = now
        return broken
