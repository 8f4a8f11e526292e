"""The shape of a soak: what part of its time is rough and what part is one long life."""

from dataclasses import dataclass

ROUGH = 0.3
LEAST_MINUTES, MOST_MINUTES = 1.0, 7 * 24 * 60.0
GAP_S, HANDS = 10.0, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """First come the faults that end the program, then those that it must live through: memory can
    be measured only in a life that lasts. A gap is what is between two faults."""

    rough_s: float
    steady_s: float
    rough_gap_s: float
    steady_gap_s: float


def shape_of(minutes: float) -> Shape:
    """In a short soak faults come faster."""
    rough_s = minutes * 60 * ROUGH
    steady_s = minutes * 60 - rough_s
    return Shape(
        rough_s=rough_s,
        steady_s=steady_s,
        rough_gap_s=min(GAP_S, rough_s / HANDS),
        steady_gap_s=min(GAP_S, steady_s / HANDS),
    )
