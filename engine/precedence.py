"""Precedence: which of all waiting jobs go before which, by their tags and by their age."""

import heapq
from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice
from math import inf
from operator import attrgetter

from sortedcontainers import SortedKeyList  # type: ignore[import-untyped]  # it ships no types

from engine.lane import Claim, Lane, Tag, tag_of
from engine.order import Order


class Precedence:
    """All lanes in one order. Before a lane changes it is lifted, and settled afterwards.

    The first `front` of each lane are also in one sorted list of all owners. So a change in a long
    lane moves few jobs in that list, and a place is found by one bisection there and one in each
    long lane.
    """

    def __init__(self, *, patience: float, front: int) -> None:
        self._patience, self._front = patience, front
        self._order = Order()
        self._long: dict[str, Lane] = {}
        self._ages = SortedKeyList(key=attrgetter("age"))

    @property
    def cost(self) -> float:
        """What all of them cost."""
        tails = (lane.price_of(self._front, len(lane.jobs)) for lane in self._long.values())
        return self._order.cost + sum(tails)

    def next(self, now: float) -> Iterator[Claim]:
        """Of each owner who may run one more the job that goes first, in their order.

        Nothing may change while somebody goes through them.
        """
        for lane in self._overdue(now):
            if not lane.capped:
                yield lane.jobs[0]
        for claim in self._order:
            lane = claim.lane
            if claim is lane.jobs[0] and not lane.capped and not self.is_overdue(claim, now):
                yield claim

    def before(self, claim: Claim, now: float) -> tuple[int, float]:
        """How many go before it, and what those cost together."""
        if self.is_overdue(claim, now):
            place = int(self._ages.bisect_key_left(claim.lane.age))
            older: Iterator[Lane] = islice(self._ages, place)
            return place, sum(lane.jobs[0].entry.price for lane in older)
        tag = tag_of(claim)
        place, cost = self._order.before(tag)
        for lane, end in self._cuts(tag):
            place += end - self._front
            cost += lane.price_of(self._front, end)
        for jumper in self._jumpers(tag, now):
            place += 1
            cost += jumper.entry.price
        return place, cost

    def all(self, now: float) -> Iterator[Claim]:
        """As they are taken where no cap holds anybody."""
        for lane in self._overdue(now):
            yield lane.jobs[0]
        tails = (islice(lane.jobs, self._front, None) for lane in self._long.values())
        for claim in heapq.merge(self._order, *tails, key=tag_of):
            if not self.is_overdue(claim, now):
                yield claim

    def is_overdue(self, claim: Claim, now: float) -> bool:
        lane = claim.lane
        return claim is lane.jobs[0] and lane.age is not None and lane.age[0] < now - self._patience

    def lift(self, lane: Lane, index: int) -> None:
        """Take the jobs from there on out of the common order, so that their tags may change."""
        for claim in lane.jobs[index : self._front]:
            self._order.remove(claim)

    def pop(self, lane: Lane) -> Claim:
        """Take the first job out of its lane."""
        self._order.remove(lane.jobs[0])
        return lane.remove(0)

    def settle(self, lane: Lane, index: int) -> None:
        """Work out the tags from there on, and put the jobs back in the common order."""
        lane.retag(index)
        for claim in lane.jobs[index : self._front]:
            self._order.add(claim)
        if len(lane.jobs) > self._front:
            self._long[lane.owner] = lane
        else:
            self._long.pop(lane.owner, None)
        if lane.age is not None:
            self._ages.remove(lane)
            lane.age = None
        if lane.jobs:
            first = lane.jobs[0]
            lane.head = tag_of(first)
            since = max(first.entry.submitted, lane.served)
            lane.age = (since, first.entry.submitted, first.number)
            self._ages.add(lane)

    def settle_after_pop(self, lane: Lane) -> None:
        """Only the job that came to the front by it is not in the common order yet."""
        self.settle(lane, self._front - 1)

    def _overdue(self, now: float) -> Iterator[Lane]:
        """The owners whose next job is overdue, the longest waiting first."""
        return islice(self._ages, self._ages.bisect_key_left((now - self._patience, -inf)))

    def _jumpers(self, tag: Tag, now: float) -> Iterator[Claim]:
        """The jobs that come after the tag but are overdue, and so go before it."""
        return (lane.jobs[0] for lane in self._overdue(now) if lane.head > tag)

    def _cuts(self, tag: Tag) -> Iterator[tuple[Lane, int]]:
        """The long lanes of which more than the front comes before the tag, and how many do."""
        for lane in self._long.values():
            if tag_of(lane.jobs[self._front]) < tag:
                yield lane, bisect_left(lane.jobs, tag, lo=self._front, key=tag_of)
