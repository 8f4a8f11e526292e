"""Retention: how long pictures are kept, and which go first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.archive import Spare, Stock

AT_ONCE = 5000
"""So many are looked for at a time, which takes a while where there are very many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """What is kept; None is no limit. Favourites are kept whatever this says, and count nowhere but
    among the bytes.

    `age` is for how long, `each` how many of each person, `bytes` how much of all.
    """

    age: timedelta | None = None
    each: int | None = None
    bytes: int | None = None


class Retention:
    """Lets pictures go that need not be kept, the oldest first and a few at a time."""

    def __init__(self, stock: Stock, keep: Keep) -> None:
        self._stock, self._keep = stock, keep

    async def apply(self, now: datetime) -> int:
        """Answers how many went."""
        gone = 0
        if self._keep.age is not None:
            while old := await self._stock.spare(before=now - self._keep.age, most=AT_ONCE):
                gone += await self._let_go(old)
        if self._keep.each is not None:
            while beyond := await self._stock.beyond(self._keep.each, most=AT_ONCE):
                gone += await self._let_go(beyond)
        if self._keep.bytes is not None:
            gone += await self._make_room(self._keep.bytes)
        return gone

    async def _make_room(self, most: int) -> int:
        gone = 0
        # Files that several pictures share make room only with the last of them, so it is looked
        # again until it is enough.
        while (over := (await self._stock.amount()).bytes - most) > 0:
            before = gone
            while over > 0 and (oldest := await self._stock.spare(most=AT_ONCE)):
                enough = first_of_bytes(oldest, over)
                gone += await self._let_go(enough)
                over -= sum(one.bytes for one in enough)
            if gone == before:
                break
        return gone

    async def _let_go(self, pictures: Sequence[Spare]) -> int:
        return await self._stock.let_go([one.number for one in pictures])


def first_of_bytes(pictures: Sequence[Spare], wanted: int) -> Sequence[Spare]:
    """The first that have so many bytes together; all where they have not."""
    total = 0
    for count, picture in enumerate(pictures, start=1):
        total += picture.bytes
        if total >= wanted:
            return pictures[:count]
    return pictures
