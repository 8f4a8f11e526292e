"""Order: the fronts of all lanes in one sorted list, which knows what those before a place cost."""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import chain

from engine.lane import Claim, Tag, tag_of

MOST = 512
"""A part that has more is halved: short enough to insert into, and few enough to add up."""


class Order:
    """In parts, each with the sum of its prices. A tag must not change while its claim is here."""

    def __init__(self) -> None:
        self._parts: list[list[Claim]] = []
        self._tags: list[list[Tag]] = []
        self._last: list[Tag] = []
        self._prices: list[float] = []

    def __iter__(self) -> Iterator[Claim]:
        return chain.from_iterable(self._parts)

    @property
    def cost(self) -> float:
        """What all of them cost."""
        return sum(self._prices)

    def add(self, claim: Claim) -> None:
        tag = tag_of(claim)
        if not self._parts:
            self._insert(0, [claim], [tag])
            return
        part = min(bisect_left(self._last, tag), len(self._last) - 1)
        tags = self._tags[part]
        index = bisect_left(tags, tag)
        tags.insert(index, tag)
        self._parts[part].insert(index, claim)
        self._last[part] = tags[-1]
        self._prices[part] += claim.entry.price
        if len(tags) > MOST:
            claims = self._parts[part]
            self._drop(part)
            self._insert(part, claims[MOST // 2 :], tags[MOST // 2 :])
            self._insert(part, claims[: MOST // 2], tags[: MOST // 2])

    def remove(self, claim: Claim) -> None:
        """Raises ValueError where it is not here, or its tag has changed since."""
        tag = tag_of(claim)
        part = bisect_left(self._last, tag)
        index = bisect_left(self._tags[part], tag) if part < len(self._tags) else 0
        if part == len(self._tags) or self._parts[part][index] is not claim:
            raise ValueError(f"job {claim.entry.job} is not in this order")
        if len(self._tags[part]) == 1:
            self._drop(part)
            return
        del self._tags[part][index], self._parts[part][index]
        self._last[part] = self._tags[part][-1]
        self._prices[part] -= claim.entry.price

    def before(self, tag: Tag) -> tuple[int, float]:
        """How many come before it, and what those cost together."""
        part = bisect_left(self._last, tag)
        count, cost = sum(map(len, self._parts[:part])), sum(self._prices[:part])
        if part == len(self._parts):
            return count, cost
        index = bisect_left(self._tags[part], tag)
        return count + index, cost + sum(claim.entry.price for claim in self._parts[part][:index])

    def _insert(self, part: int, claims: list[Claim], tags: list[Tag]) -> None:
        self._parts.insert(part, claims)
        self._tags.insert(part, tags)
        self._last.insert(part, tags[-1])
        # Added up anew, so that what rounding leaves behind does not grow for ever.
        self._prices.insert(part, sum(claim.entry.price for claim in claims))

    def _drop(self, part: int) -> None:
        del self._parts[part], self._tags[part], self._last[part], self._prices[part]
