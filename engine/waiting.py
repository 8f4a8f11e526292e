"""Waiting: the jobs of which nothing was begun yet, and whose they are."""

import sys
from collections import Counter

from engine.errors import QueueFull


class Waiting:
    """Counts requests, however many pictures each of them is. Changes take the same time however
    many wait.
    """

    def __init__(self, *, limit: int = sys.maxsize) -> None:
        self._limit = limit
        self._owners: dict[str, str] = {}
        self._counts: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._owners)

    def of(self, owner: str) -> int:
        """How many of them are that owner's."""
        return self._counts[owner]

    def require_room(self, *, beside: int = 0) -> None:
        """For one more, `beside` so many that are about to be put in."""
        there = len(self) + beside
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
