"""Interrupted: which of the jobs that somebody waits for were stopped by an interrupt of theirs."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Interrupted:
    """Their clients take an interrupt for an end with fewer pictures, not for an error."""

    def __init__(self) -> None:
        self._awaited: Counter[str] = Counter()
        self._stopped: set[str] = set()

    def stop(self, job: str) -> None:
        """Whoever waits for it hears that it was meant to end."""
        if self._awaited[job] > 0:
            self._stopped.add(job)

    @contextmanager
    def awaiting(self, job: str) -> Iterator[Callable[[], bool]]:
        """Answers whether it was stopped meanwhile."""
        self._awaited[job] += 1
        try:
            yield lambda: job in self._stopped
        finally:
            self._awaited[job] -= 1
            if self._awaited[job] <= 0:
                del self._awaited[job]
                self._stopped.discard(job)
