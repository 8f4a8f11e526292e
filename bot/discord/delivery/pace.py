"""Pace: how often messages are edited to tell how far a picture is."""

from collections import deque


class Pace:
    """Each message rests for a while after an edit, and all of them share one budget.

    A rest is counted from the end of an edit: one that Discord held up holds up the next.
    """

    def __init__(self, *, gap: float = 3.0, most: int = 10, span: float = 1.0) -> None:
        self._gap = gap
        self._span = span
        self._latest: deque[float] = deque(maxlen=most)

    def wait(self, edited: float | None, now: float) -> float:
        """For how long to wait with a message that was edited then; 0 takes a place."""
        rest = 0.0 if edited is None else edited + self._gap - now
        full = len(self._latest) == self._latest.maxlen
        turn = self._latest[0] + self._span - now if full else 0.0
        wait = max(0.0, rest, turn)
        if not wait:
            self._latest.append(now)
        return wait
