"""Lately: what was used lately and is kept loaded, as many as there is room for."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Part = TypeVar("Part")


class Lately(Generic[Key, Part]):
    """Makes what is asked for and not there; what was longest not asked for goes first."""

    def __init__(self, make: Callable[[Key], Part], *, most: int) -> None:
        self._make = make
        self._most = most
        self._kept: OrderedDict[Key, Part] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def __getitem__(self, key: Key) -> Part:
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        while len(self._kept) >= self._most:
            # Before the new one is made, which needs the room.
            self._kept.popitem(last=False)
        part = self._kept[key] = self._make(key)
        return part
