"""Budget: how many bytes of bodies may be here at a time, of all together and of each."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

MOST = 256 * 2**20
MOST_OF_ONE = MOST // 2
"""So that nobody keeps all others out."""
FREE = 256 * 2**10
"""A small body always has room: without those nobody could even ask how their jobs are."""
SOON = {"Retry-After": "5"}


class Budget:
    """What is held is given back when its request has been answered."""

    def __init__(self, *, most: int = MOST, most_of_one: int = MOST_OF_ONE) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._held: Counter[str] = Counter()

    @contextmanager
    def share(self, whose: str) -> Iterator["Share"]:
        share = Share(self, whose)
        try:
            yield share
        finally:
            self._held[whose] -= share.size
            if not self._held[whose]:
                del self._held[whose]

    def take(self, whose: str, size: int) -> None:
        """Raises web.HTTPTooManyRequests, web.HTTPServiceUnavailable."""
        if self._held[whose] + size > self._most_of_one:
            raise web.HTTPTooManyRequests(
                text="You send very much at once. Wait until some of it has been answered.",
                headers=SOON,
            )
        if self._held.total() + size > self._most:
            raise web.HTTPServiceUnavailable(
                text="Very much is being sent at the moment. Try again soon.", headers=SOON
            )
        self._held[whose] += size


class Share:
    """Of one request."""

    def __init__(self, budget: Budget, whose: str) -> None:
        self._budget, self._whose = budget, whose
        self.size = 0

    def hold(self, size: int) -> None:
        """Its body has so many bytes by now. Raises web.HTTPException."""
        more = size - FREE - self.size
        if more > 0:
            self._budget.take(self._whose, more)
            self.size += more


SHARE = web.RequestKey("share", Share)
"""Where those who read a body find what they may take."""
