"""Outline: what the queue must know of a job that has not ended."""

from dataclasses import dataclass
from datetime import datetime

from engine.job import Job, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A job without its request and recipes, of which there may be very many.

    `tiles` is how many there are; `clock` is what the clock of that tier said when it came.
    """

    id: str
    owner: str
    origin: str
    tiles: int
    price: float
    submitted: datetime
    status: Status
    attempt: int
    tier: int
    clock: int


def outline_of(job: Job) -> Outline:
    return Outline(
        id=job.id,
        owner=job.owner.id,
        origin=job.origin,
        # Of one that cannot be read none is known: whoever begins it finds that out.
        tiles=max(1, len(job.tiles)),
        price=job.price,
        submitted=job.submitted,
        status=job.status,
        attempt=job.attempt,
        tier=job.tier,
        clock=job.clock,
    )
