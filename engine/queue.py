"""FairQueue: who goes first, by tier, then by weighted share of the painter's time, then by age.

- An owner pays for a job with virtual time: its price divided by the owner's weight. A job starts
  where the owner's job before it finishes, or at the clock if that is later, and the earliest
  finish goes first. Each tier has its own clock, which follows the finish of what is taken:
  newcomers start level with those who were served, and cannot pass an expensive job for ever.
- Lower tiers go first, whatever they paid.
- When an owner's next job has waited longer than `patience`, and nothing of theirs was taken for as
  long, that one job is overdue. Overdue jobs go before everything, the longest waiting owner first.
- An owner with `most_running` jobs running is passed over and keeps the place.

An owner has one tier, weight and cap: those of the entry that came last, or of `reweigh`.
"""

import heapq
from bisect import bisect_left
from collections.abc import Iterator
from itertools import chain, islice
from math import fsum, inf
from operator import attrgetter

from sortedcontainers import SortedKeyList  # type: ignore[import-untyped]  # it ships no types

from engine.errors import QueueFull
from engine.lane import Claim, Entry, Lane, Tag, require_weight, tag_of

__all__ = ["Entry", "FairQueue"]


class FairQueue:
    """Waiting and running jobs. Time is always passed in.

    Every waiting job is in its owner's lane; the first `front` of each lane are also in one sorted
    list of all owners. So a change in a long lane moves few jobs in that list, and a place is found
    by one bisection there and one in each long lane.
    """

    def __init__(self, *, limit: int = 1000, patience: float = 300.0, front: int = 64) -> None:
        self._limit, self._patience, self._front = limit, patience, front
        self._waiting: dict[str, Claim] = {}
        self._running: dict[str, Claim] = {}
        self._lanes: dict[str, Lane] = {}
        self._long: dict[str, Lane] = {}
        self._clocks: dict[int, int] = {}
        self._order = SortedKeyList(key=tag_of)
        self._ages = SortedKeyList(key=attrgetter("age"))
        self._numbers = 0
        self._sweep_at = 1024

    def __len__(self) -> int:
        """How many are waiting."""
        return len(self._waiting)

    def waiting(self, owner: str) -> int:
        lane = self._lanes.get(owner)
        return len(lane.jobs) if lane else 0

    def running(self, owner: str) -> int:
        lane = self._lanes.get(owner)
        return lane.running if lane else 0

    def require_room(self) -> None:
        if len(self._waiting) >= self._limit:
            raise QueueFull(
                f"The queue is full: {self._limit:,} jobs are waiting. Try again in a few minutes."
            )

    def put(self, entry: Entry) -> None:
        """Raises QueueFull."""
        self.require_room()
        self.restore(entry)

    def restore(self, entry: Entry) -> None:
        """Put in a job that was accepted before a restart, even where the queue is full by now."""
        if entry.job in self._waiting or entry.job in self._running:
            raise ValueError(f"job {entry.job} is in the queue already")
        clock = self._clocks.setdefault(entry.tier, 0)
        lane = self._lanes.get(entry.owner)
        if lane is None:
            self._sweep()
            lane = self._lanes[entry.owner] = Lane(
                owner=entry.owner,
                tier=entry.tier,
                weight=entry.weight,
                most_running=entry.most_running,
                finish=clock,
            )
        self._change_terms(lane, entry.weight, entry.tier)
        lane.most_running = entry.most_running
        self._numbers += 1
        claim = Claim(entry, lane, self._numbers, clock, lane.cost(entry.price))
        self._waiting[entry.job] = claim
        self._insert(claim)

    def take(self, now: float) -> Entry | None:
        """The next job whose owner may run one more; from now on it is running."""
        claim = self._next(now)
        if claim is None:
            return None
        lane = claim.lane
        if not self._is_overdue(claim, now):
            # An overdue job may lie far ahead of its time; following it would set newcomers back.
            self._clocks[lane.tier] = max(self._clocks[lane.tier], claim.finish)
        self._running[claim.entry.job] = self._waiting.pop(claim.entry.job)
        self._order.remove(claim)
        del lane.jobs[0]
        lane.returned -= claim.paid
        lane.finish = max(lane.finish, claim.finish)
        claim.paid = True
        lane.running += 1
        claim.served, lane.served = lane.served, max(lane.served, now)
        self._settle(lane, self._front - 1)
        return claim.entry

    def done(self, job: str, spent: float | None = None) -> None:
        """A running job ended. Its owner pays what it really `spent`, or else its price."""
        claim = self._stop(job)
        if spent is not None:
            self._charge(claim.lane, claim.lane.cost(spent) - claim.cost)

    def give_back(self, job: str) -> None:
        """A running job waits again, in its old place. It is paid for, so it costs nothing more."""
        claim = self._stop(job)
        claim.lane.served = min(claim.lane.served, claim.served)
        claim.lane.returned += 1
        self._waiting[job] = claim
        self._insert(claim)

    def cancel(self, job: str) -> bool:
        """Take a waiting job out as if it had never been there; False where it is not waiting."""
        claim = self._waiting.pop(job, None)
        if claim is None:
            return False
        lane = claim.lane
        index = lane.index(claim)
        self._lift(lane, index)
        del lane.jobs[index]
        lane.returned -= claim.paid
        self._settle(lane, index)
        if claim.paid:
            self._charge(lane, -claim.cost)
        return True

    def reweigh(self, owner: str, weight: float, tier: int) -> None:
        """Change what an owner's waiting jobs pay and where they stand, from now on."""
        require_weight(weight)
        if owner in self._lanes:
            self._change_terms(self._lanes[owner], weight, tier)

    def place(self, job: str, now: float) -> int | None:
        """How many waiting jobs go before it; None where it is not waiting.

        It is the index in `order`, and so exact while nothing new comes and no cap holds anybody.
        An owner at the cap keeps the place, and those behind pass until one of theirs ends.
        """
        claim = self._waiting.get(job)
        if claim is None:
            return None
        if self._is_overdue(claim, now):
            return int(self._ages.bisect_key_left(claim.lane.age))
        tag = tag_of(claim)
        front = int(self._order.bisect_key_left(tag))
        tails = sum(end - self._front for _, end in self._cuts(tag))
        return front + tails + sum(1 for _ in self._jumpers(tag, now))

    def ahead(self, job: str, now: float) -> float | None:
        """The sum of the prices of the jobs that go before it."""
        claim = self._waiting.get(job)
        if claim is None:
            return None
        if self._is_overdue(claim, now):
            older = islice(self._ages, self._ages.bisect_key_left(claim.lane.age))
            return fsum(lane.jobs[0].entry.price for lane in older)
        tag = tag_of(claim)
        front = islice(self._order, self._order.bisect_key_left(tag))
        tails = (islice(lane.jobs, self._front, end) for lane, end in self._cuts(tag))
        before = chain(front, chain.from_iterable(tails), self._jumpers(tag, now))
        return fsum(other.entry.price for other in before)

    def order(self, now: float, most: int | None = None) -> list[Entry]:
        """The waiting jobs, or the first `most`, as they are taken where no cap holds anybody."""
        return [claim.entry for claim in islice(self._in_order(now), most)]

    def _in_order(self, now: float) -> Iterator[Claim]:
        for lane in self._overdue(now):
            yield lane.jobs[0]
        tails = (islice(lane.jobs, self._front, None) for lane in self._long.values())
        for claim in heapq.merge(self._order, *tails, key=tag_of):
            if not self._is_overdue(claim, now):
                yield claim

    def _next(self, now: float) -> Claim | None:
        for lane in self._overdue(now):
            if not lane.capped:
                return lane.jobs[0]
        claims: Iterator[Claim] = iter(self._order)
        return next((claim for claim in claims if not claim.lane.capped), None)

    def _overdue(self, now: float) -> Iterator[Lane]:
        """The owners whose next job is overdue, the longest waiting first."""
        return islice(self._ages, self._ages.bisect_key_left((now - self._patience, -inf)))

    def _is_overdue(self, claim: Claim, now: float) -> bool:
        lane = claim.lane
        return claim is lane.jobs[0] and lane.age is not None and lane.age[0] < now - self._patience

    def _jumpers(self, tag: Tag, now: float) -> Iterator[Claim]:
        """The jobs that come after the tag but are overdue, and so go before it."""
        return (lane.jobs[0] for lane in self._overdue(now) if lane.head > tag)

    def _cuts(self, tag: Tag) -> Iterator[tuple[Lane, int]]:
        """The long lanes of which more than the front comes before the tag, and how many do."""
        for lane in self._long.values():
            if tag_of(lane.jobs[self._front]) < tag:
                yield lane, bisect_left(lane.jobs, tag, lo=self._front, key=tag_of)

    def _stop(self, job: str) -> Claim:
        claim = self._running.pop(job, None)
        if claim is None:
            raise ValueError(f"job {job} is not running")
        claim.lane.running -= 1
        return claim

    def _insert(self, claim: Claim) -> None:
        index = claim.lane.index(claim)
        self._lift(claim.lane, index)
        claim.lane.jobs.insert(index, claim)
        self._settle(claim.lane, index)

    def _charge(self, lane: Lane, cost: int) -> None:
        self._lift(lane, lane.returned)
        lane.finish += cost
        self._settle(lane, lane.returned)

    def _change_terms(self, lane: Lane, weight: float, tier: int) -> None:
        if (lane.weight, lane.tier) == (weight, tier):
            return
        shift = self._clocks.setdefault(tier, 0) - self._clocks[lane.tier]
        for claim in self._running.values():
            if claim.lane is lane:
                claim.finish += shift
        self._lift(lane, 0)
        lane.change_terms(weight, tier, shift)
        self._settle(lane, 0)

    def _lift(self, lane: Lane, index: int) -> None:
        """Take the jobs from there on out of the common order, so that their tags may change."""
        for claim in lane.jobs[index : self._front]:
            self._order.remove(claim)

    def _settle(self, lane: Lane, index: int) -> None:
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
            lane.age = (max(first.entry.submitted, lane.served), first.number)
            self._ages.add(lane)

    def _sweep(self) -> None:
        """Forget owners who have nothing here and owe nothing, now and then."""
        if len(self._lanes) < self._sweep_at:
            return
        self._lanes = {
            owner: lane
            for owner, lane in self._lanes.items()
            if lane.jobs or lane.running or lane.finish > self._clocks[lane.tier]
        }
        self._sweep_at = 2 * len(self._lanes) + 1024
