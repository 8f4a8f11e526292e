"""Outline: what the queue must know of a job that has not ended."""

from dataclasses import dataclass
from datetime import datetime
from sys import intern

from engine.job import Job, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A job without its request and recipes, of which there may be very many.

    `tiles` is how many there are, and `model` what the first of them is painted with, empty where
    nobody knows; `clock` is what the clock of that tier said when it came.
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
    model: str = ""


def model_of(job: Job) -> str:
    """One string for all jobs of a model, of which there may be very many."""
    return intern(job.tiles[0].recipe.model) if job.tiles else ""


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
        model=model_of(job),
    )
