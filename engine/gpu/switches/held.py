"""Held: the memory that recordings keep from everybody else, all of them together."""

from collections.abc import Callable
from weakref import WeakSet


class Held:
    """torch has it and counts it as free, but until the last recording is gone only they use it."""

    def __init__(self) -> None:
        self._bytes = 0
        self._played: WeakSet[Callable[[], object]] = WeakSet()

    def __len__(self) -> int:
        """How many recordings there are."""
        return len(self._played)

    @property
    def bytes(self) -> int:
        return self._bytes if self._played else 0

    def add(self, played: Callable[[], object], bytes: int) -> None:
        """For one more recording; less than nothing where it found room in what others left."""
        self._bytes = self.bytes + bytes
        self._played.add(played)
