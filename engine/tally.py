"""Tally: what is kept of the queue, so that a restart sets nobody back and lets nobody jump."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How far an owner's virtual time has come, and the clock of their tier, in millionths.

    What is taken and has not ended is not in `finish`: after a restart it comes back unpaid.
    `served` is when the owner was served last, in unix seconds.
    """

    owner: str
    tier: int
    clock: int
    finish: int
    served: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An owner came to another tier, whose clock is so much ahead of the one before."""

    owner: str
    before: int
    after: int
    ahead: int
