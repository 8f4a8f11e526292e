"""Budget: how often the bot may come in anew before Discord takes its token away."""

from collections import deque

A_DAY_S = 86400.0
MOST = 800
"""Discord takes a thousand a day, counting also those of programs that ran before."""


class Budget:
    """At most so many a day, and a few seconds between two."""

    def __init__(self, *, gap: float = 5.0, most: int = MOST) -> None:
        self._gap = gap
        self._latest: deque[float] = deque(maxlen=most)

    def wait(self, now: float) -> float:
        """For how long to wait; 0 takes one."""
        wait = 0.0
        if self._latest:
            wait = self._latest[-1] + self._gap - now
        if len(self._latest) == self._latest.maxlen:
            wait = max(wait, self._latest[0] + A_DAY_S - now)
        if wait <= 0:
            self._latest.append(now)
        return max(0.0, wait)
