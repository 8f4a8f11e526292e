"""Little cases that can be worked out by hand: a card whose every step takes a second."""

from collections.abc import Sequence

from engine.job import Owner
from engine.simulation.arrivals import GREEDY, MODEST, Arrival, Kind, arrival
from engine.simulation.timetable import SD15, SDXL, Pace, Timetable

ALICE, BOB = MODEST[0], MODEST[1]
SMALL = Kind(share=1, model=SD15.name, side=512)
UNGUIDED = Kind(share=1, model=SD15.name, side=512, guided=False)
LARGE = Kind(share=1, model=SDXL.name, side=1024)
SECONDS = Timetable(
    paces={
        # As long for two rows as for four: company costs nothing up to there.
        (SD15.name, 512, 512): Pace(
            steps={2: 1000.0, 4: 1000.0, 8: 2000.0}, words=500.0, picture=250.0
        ),
        (SDXL.name, 1024, 1024): Pace(steps={2: 4000.0}, words=500.0, picture=250.0),
    }
)
REST = 0.75
"""What words and picture take together."""


def asks(*told: tuple[float, int], owner: Owner = ALICE, kind: Kind = SMALL) -> Sequence[Arrival]:
    """At so many seconds for a picture of so many steps."""
    return [arrival(at, owner, kind, steps=steps, seed=n) for n, (at, steps) in enumerate(told)]


__all__ = ["ALICE", "BOB", "GREEDY", "LARGE", "REST", "SECONDS", "SMALL", "UNGUIDED", "asks"]
