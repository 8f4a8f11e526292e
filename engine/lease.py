"""Lease: for how long a job is its painter's without a sign of life."""

from dataclasses import dataclass
from datetime import timedelta

from engine.phrase import Phrase

MOST_ATTEMPTS = 3
"""A job that was begun so often, and whose painter was not heard of again, is given up."""
GIVEN_UP = Phrase("It stopped the painter {count} times, so I gave it up.", count=MOST_ATTEMPTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """`length` without a sign of life ends it; one is given every `beat`; every `sweep` it is
    looked whether a lease of anybody ran out.

    `pauses` are those after which a result is brought again while the storage is in trouble, as
    long as the lease lasts.
    """

    length: timedelta = timedelta(seconds=30)
    beat: timedelta = timedelta(seconds=5)
    sweep: timedelta = timedelta(seconds=1)
    pauses: tuple[timedelta, ...] = tuple(timedelta(seconds=2.0**n) for n in range(-2, 4))

    def __post_init__(self) -> None:
        if not timedelta(0) < self.beat < self.length:
            raise ValueError(f"a sign of life every {self.beat} does not hold {self.length}")
