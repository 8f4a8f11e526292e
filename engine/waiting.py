"""Waiting: the jobs of which nothing was begun yet, and whose they are."""

import sys
from collections import Counter

from engine.errors import QueueFull

PARTS, LEAST_SHARE = 4, 10
"""Of the room in the queue one person may have a quarter, and a few jobs in any case."""


class Waiting:
    """Counts requests, however many pictures each of them is. Changes take the same time however
    many wait.
    """

    def __init__(self, *, limit: int = sys.maxsize) -> None:
        self._limit = limit
        self._share = max(LEAST_SHARE, limit // PARTS)
        self._owners: dict[str, str] = {}
        self._counts: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._owners)

    def of(self, owner: str) -> int:
        """How many of them are that owner's."""
        return self._counts[owner]

    def require_room(self, owner: str | None = None, *, asking: "Waiting | None" = None) -> None:
        """For one more, beside those that are `asking` to be put in. Raises QueueFull.

        An `owner` may have a part of the room, so that nobody keeps all others out.
        """
        beside = asking or NOBODY
        if owner is not None and self.of(owner) + beside.of(owner) >= self._share:
            raise QueueFull(
                f"{self._share:,} jobs of yours are waiting, which is all the room in the queue "
                "that one person may have. Wait for some of them, or cancel some."
            )
        there = len(self) + len(beside)
        if there >= self._limit:
            raise QueueFull(
                f"The queue is full: {there:,} jobs are waiting. Try again in a few minutes."
            )

    def add(self, job: str, owner: str) -> None:
        """Also where the queue is full by now: it was accepted before."""
        if job not in self._owners:
            self._owners[job] = owner
            self._counts[owner] += 1

    def remove(self, job: str) -> None:
        """It has begun, or is waited for no more."""
        owner = self._owners.pop(job, None)
        if owner is None:
            return
        self._counts[owner] -= 1
        if not self._counts[owner]:
            del self._counts[owner]


NOBODY = Waiting()
