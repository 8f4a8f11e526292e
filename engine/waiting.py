"""Waiting: the jobs of which nothing was begun yet, and whose they are."""

import sys
from collections.abc import Iterable

from engine.errors import QueueFull, ShareFull

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
        self._jobs: dict[str, dict[str, None]] = {}
        """By owner, in the order in which they came."""

    def __len__(self) -> int:
        return len(self._owners)

    def of(self, owner: str) -> int:
        """How many of them are that owner's."""
        return len(self._jobs.get(owner, ()))

    def jobs(self, owner: str) -> Iterable[str]:
        """That owner's, the one that came first before the others."""
        return self._jobs.get(owner, ())

    def owner(self, job: str) -> str | None:
        """None where it does not wait."""
        return self._owners.get(job)

    def require_room(self, owner: str | None = None, *, asking: "Waiting | None" = None) -> None:
        """For one more, beside those that are `asking` to be put in. Raises QueueFull.

        An `owner` may have a part of the room, so that nobody keeps all others out: ShareFull.
        """
        beside = asking or NOBODY
        if owner is not None and self.of(owner) + beside.of(owner) >= self._share:
            if self.of(owner) < self._share:
                # What only asks may be refused yet, so that it must not be said to wait.
                raise ShareFull(
                    "You ask for more at once than can be looked at. Wait for the answers, then "
                    "ask again."
                )
            raise ShareFull(
                "{count:,} jobs of yours are waiting, which is all the room in the queue that one "
                "person may have. Wait for some of them, or cancel some.",
                count=self._share,
            )
        there = len(self) + len(beside)
        if there >= self._limit:
            raise QueueFull(
                "The queue is full: {count:,} jobs are waiting. Try again in a few minutes.",
                count=there,
            )

    def add(self, job: str, owner: str) -> None:
        """Also where the queue is full by now: it was accepted before."""
        if job not in self._owners:
            self._owners[job] = owner
            self._jobs.setdefault(owner, {})[job] = None

    def remove(self, job: str) -> None:
        """It has begun, or is waited for no more."""
        owner = self._owners.pop(job, None)
        if owner is None:
            return
        del self._jobs[owner][job]
        if not self._jobs[owner]:
            del self._jobs[owner]


NOBODY = Waiting()
