"""The place of a job in line, as somebody in it wants to know it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How many pictures go first, and in how many seconds those of the job should be there.

    While the queue is `paused` nobody knows when.
    """

    ahead: int
    seconds: float
    paused: bool = False
