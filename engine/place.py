"""The place of a job in line, as somebody in it wants to know it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How many pictures go first, and in how many seconds those of the job should be there.

    While the queue is `paused` nobody knows when.
    """

    ahead: int
    seconds: float
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """How many `tiles` go before a job, how many credits are painted before, and those of its
    `own` tiles that wait."""

    tiles: int
    credits: float
    own: Sequence[float]

    def seconds(self, painters: int) -> float:
        """Until the last of its tiles is there, where so many paint at a time.

        One tile is painted by one of them, however many there are.
        """
        if painters < 1:
            raise ValueError("nothing arrives where nobody paints")
        at_a_time = max(1, min(painters, len(self.own)))
        return max(0.0, self.credits) / painters + sum(self.own) / at_a_time
