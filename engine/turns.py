"""Turns: which of the tiles being painted share the next forward."""

from collections.abc import Collection, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

M = TypeVar("M", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn(Generic[M]):
    """Who shares a forward, and how many rows it has."""

    key: Hashable
    members: tuple[M, ...]
    rows: int


@dataclass(slots=True)
class _Group(Generic[M]):
    """Members that can share a forward, with their rows, in the order in which they are taken."""

    served: float
    """Seconds that each member had of the painter."""
    most: int
    """The rows that a forward may have by what is known of memory beforehand."""
    rows: dict[M, int] = field(default_factory=dict)
    planned: tuple[M, ...] = ()


@dataclass(slots=True)
class _Cap:
    """What a forward may have after it ran out of memory, and the turns that went well since.

    After `patience` such turns it may have twice as much.
    """

    rows: int
    patience: int
    turns: int = 0
    grown: bool = False


# Who ran out of memory again after growing is not asked again much sooner than this many times.
MOST_PATIENCE = 16


class Turns(Generic[M]):
    """The least-served group goes next, so a large picture delays a small one by a step at most.

    `next` only plans, and plans the same again until `taken` says that it was done: a forward
    that ran out of memory is repeated without undoing anything. How long it took may be `served`
    later, when the device has told it.
    """

    def __init__(self, *, most_rows: int, regrow_after: int = 64) -> None:
        if most_rows < 1 or regrow_after < 1:
            raise ValueError("a forward has at least one row, and a cap grows after a turn or more")
        self._most_rows, self._regrow_after = most_rows, regrow_after
        self._groups: dict[Hashable, _Group[M]] = {}
        self._keys: dict[M, Hashable] = {}
        self._caps: dict[Hashable, _Cap] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, member: object) -> bool:
        return member in self._keys

    def join(self, member: M, key: Hashable, rows: int, most: int | None = None) -> None:
        """A new group starts level with the least-served one: it neither catches up nor waits.

        `most` is how many rows a forward of the group should have by what is known of memory.
        """
        if member in self._keys:
            raise ValueError(f"{member!r} is here already")
        _require_rows(rows)
        group = self._groups.get(key)
        if group is None:
            level = min((other.served for other in self._groups.values()), default=0.0)
            group = self._groups[key] = _Group(level, self._most_rows)
        if most is not None:
            group.most = min(self._most_rows, max(1, most))
        group.rows[member] = rows
        self._keys[member] = key

    def go_on(self, member: M, key: Hashable, rows: int) -> None:
        """From now on it takes that many rows of a forward of that group.

        Where it was in another one, a new one takes over what that had and may have.
        """
        _require_rows(rows)
        before = self._groups[self._keys[member]]
        if key != self._keys[member]:
            self.leave(member)
            self._groups.setdefault(key, _Group(before.served, before.most))
            self._keys[member] = key
        self._groups[key].rows[member] = rows

    def leave(self, member: M) -> None:
        key = self._keys.pop(member)
        group = self._groups[key]
        del group.rows[member]
        if not group.rows:
            del self._groups[key]

    def next(self) -> Turn[M] | None:
        """First come, first in, as many as fit; the first goes even where it is too wide alone."""
        if not self._groups:
            return None
        key, group = min(self._groups.items(), key=lambda item: item[1].served)
        cap, rows = self.cap(key), 0
        members: list[M] = []
        for member, width in group.rows.items():
            if not members or rows + width <= cap:
                members.append(member)
                rows += width
        group.planned = tuple(members)
        return Turn(key=key, members=group.planned, rows=rows)

    def served(self, members: Collection[M], seconds: float) -> None:
        """A turn of them took so long: each had a share of the seconds, wherever it is by now."""
        for key in {self._keys[member] for member in members if member in self._keys}:
            self._groups[key].served += seconds / len(members)

    def taken(self, key: Hashable) -> None:
        """The turn of that group was asked of the device, so another may be planned."""
        self._regrow(key)
        group = self._groups.get(key)
        if group is None:
            return
        # Who was left out goes first in the next turn, so that nobody in a group waits for ever.
        for member in group.planned:
            if member in group.rows:
                group.rows[member] = group.rows.pop(member)
        group.planned = ()

    def cap(self, key: Hashable) -> int:
        """The most rows that a forward of that group may have."""
        cap, group = self._caps.get(key), self._groups.get(key)
        most = self._most_rows if group is None else group.most
        return most if cap is None else min(most, cap.rows)

    def too_large(self, key: Hashable, rows: int) -> int:
        """That many rows ran out of memory: the new cap, or 0 where one row was too much."""
        _require_rows(rows)
        before = self._caps.get(key)
        patience = self._regrow_after if before is None else before.patience
        if before is not None and before.grown:
            patience *= 2
        self._caps[key] = _Cap(
            max(1, min(self.cap(key), rows // 2)),
            min(patience, self._regrow_after * MOST_PATIENCE),
        )
        return self.cap(key) if rows > 1 else 0

    def _regrow(self, key: Hashable) -> None:
        cap = self._caps.get(key)
        if cap is None:
            return
        cap.turns += 1
        if cap.turns < cap.patience:
            return
        if cap.rows >= self._most_rows:
            del self._caps[key]
        else:
            cap.rows, cap.turns, cap.grown = cap.rows * 2, 0, True


def _require_rows(rows: int) -> None:
    if rows < 1:
        raise ValueError(f"{rows} rows are no part of a forward")
