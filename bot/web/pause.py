"""Pause: how long somebody who waits for pictures bears with a queue that is paused."""

from math import inf

BEARS_S = 30.0


class Pause:
    """Who comes during one hears of it at once; one that comes later is borne for a while.

    A job that is `held` is not begun, and nobody knows when it will be.
    """

    def __init__(self, *, held: bool, bears_s: float = BEARS_S) -> None:
        self._since = -inf if held else None
        self._bears_s = bears_s

    def is_too_long(self, now: float, *, held: bool) -> bool:
        """`now` is by a clock that only grows."""
        if not held:
            self._since = None
        elif self._since is None:
            self._since = now
        return self._since is not None and now - self._since >= self._bears_s
