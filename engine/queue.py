"""FairQueue: who goes first, by tier, then by weighted share of the painter's time, then by age.

- An owner pays for a job with virtual time: its price divided by the owner's weight. A job starts
  where the owner's job before it finishes, or at the clock if that is later, and the earliest
  finish goes first. Each tier has its own clock, which follows the finish of what is taken:
  newcomers start level with those who were served, and cannot pass an expensive job for ever.
- Lower tiers go first, whatever they paid.
- When an owner's next job has waited longer than `patience`, and nothing of theirs was taken for as
  long, that one job is overdue. Overdue jobs go before everything, the longest waiting owner first.
- An owner with `most_running` jobs running is passed over and keeps the place.

What is called a job here is whatever stands in the queue: Easel puts in tiles, one by one.
An owner has one tier, weight and cap: those of the entry that came last, or of `reweigh`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from math import inf

from engine.lane import Claim, Entry, Lane, require_weight
from engine.precedence import Precedence
from engine.tally import Move, Tally

__all__ = ["Entry", "FairQueue"]


class FairQueue:
    """Waiting and running jobs. Time is always passed in."""

    def __init__(self, *, patience: float = 300.0, front: int = 64) -> None:
        self._waiting: dict[str, Claim] = {}
        self._running: dict[str, Claim] = {}
        self._lanes: dict[str, Lane] = {}
        self._clocks: dict[int, int] = {}
        self._precedence = Precedence(patience=patience, front=front)
        self._numbers = 0
        self._sweep_at = 1024

    def __len__(self) -> int:
        """How many are waiting."""
        return len(self._waiting)

    def running(self, owner: str) -> int:
        lane = self._lanes.get(owner)
        return len(lane.running) if lane else 0

    @property
    def owners(self) -> Collection[str]:
        """Who has something that waits or runs."""
        return [owner for owner, lane in self._lanes.items() if lane.jobs or lane.running]

    @property
    def cost(self) -> float:
        """The sum of the prices of all waiting jobs."""
        return self._precedence.cost

    def price(self, job: str) -> float:
        """Of one that waits."""
        return self._waiting[job].entry.price

    def pass_by(self, job: str) -> None:
        """A tile behind it was taken, for which somebody was better prepared."""
        self._waiting[job].passed += 1

    def passed(self, job: str) -> int:
        """How often it was passed by while it waits."""
        return self._waiting[job].passed

    def waits(self, job: str) -> bool:
        return job in self._waiting

    def runs(self, job: str) -> bool:
        return job in self._running

    def clock(self, tier: int) -> int:
        """How far the virtual time of that tier is: newcomers start there."""
        return self._clocks.get(tier, 0)

    def put(self, entry: Entry) -> None:
        if entry.job in self._waiting or entry.job in self._running:
            raise ValueError(f"job {entry.job} is in the queue already")
        now = self._clocks.setdefault(entry.tier, 0)
        clock = now if entry.clock is None else entry.clock
        # Nobody came later than it is.
        self._clocks[entry.tier] = max(now, clock)
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

    def next_of(self, owner: str) -> Entry | None:
        """The owner's next job, if one more may run."""
        lane = self._lanes.get(owner)
        return lane.jobs[0].entry if lane and lane.jobs and not lane.capped else None

    def candidates(self, now: float) -> Iterator[Entry]:
        """Of each owner who may run one more the next job, the one that goes first in front.

        Nothing may change while somebody goes through them.
        """
        return (claim.entry for claim in self._precedence.next(now))

    def take(self, now: float, *, of: str | None = None) -> Entry | None:
        """The next job whose owner may run one more, or the next of that owner; from now on it is
        running."""
        if of is None:
            claim = next(self._precedence.next(now), None)
        else:
            claim = self._lanes[of].jobs[0] if self.next_of(of) else None
        if claim is None:
            return None
        lane = claim.lane
        if not self._precedence.is_overdue(claim, now):
            # An overdue job may lie far ahead of its time; following it would set newcomers back.
            self._clocks[lane.tier] = max(self._clocks[lane.tier], claim.finish)
        self._running[claim.entry.job] = self._waiting.pop(claim.entry.job)
        self._precedence.pop(lane)
        lane.returned -= claim.paid
        lane.open += 0 if claim.paid else claim.cost
        lane.finish = max(lane.finish, claim.finish)
        claim.paid = True
        lane.running.append(claim)
        claim.served, lane.served = lane.served, max(lane.served, now)
        self._precedence.settle_after_pop(lane)
        return claim.entry

    def done(self, job: str, spent: float | None = None, *, closed: bool = True) -> int:
        """A running job ended. Its owner pays what it really `spent`, or else its price.

        Answers that as virtual time. Where it is not `closed`, it is part of something that may
        still have been in vain, and no tally counts it until `close`.
        """
        claim = self._stop(job)
        cost = claim.cost if spent is None else claim.lane.cost(spent)
        claim.lane.open += (0 if closed else cost) - claim.cost
        if cost != claim.cost:
            self._charge(claim.lane, cost - claim.cost)
        return cost

    def close(self, owner: str, cost: int) -> None:
        """So much virtual time, of what was done and not closed, has been spent for good."""
        if owner in self._lanes:
            self._lanes[owner].open -= cost

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
        self._precedence.lift(lane, index)
        lane.remove(index)
        lane.returned -= claim.paid
        self._precedence.settle(lane, index)
        if claim.paid:
            lane.open -= claim.cost
            self._charge(lane, -claim.cost)
        return True

    def reweigh(
        self, owner: str, weight: float, tier: int, most_running: int | None = None
    ) -> Move | None:
        """Change what an owner's waiting jobs pay and where they stand, from now on.

        Answers how they moved, where that is to another tier.
        """
        require_weight(weight)
        lane = self._lanes.get(owner)
        if lane is None:
            return None
        before, ahead = lane.tier, self.clock(tier) - self.clock(lane.tier)
        self._change_terms(lane, weight, tier)
        lane.most_running = most_running or lane.most_running
        return Move(owner=owner, before=before, after=tier, ahead=ahead) if before != tier else None

    def tally(self, owner: str, *, closing: int = 0) -> Tally | None:
        """What a restart must know of an owner, once so much virtual time is closed too.

        None where nothing is known here.
        """
        lane = self._lanes.get(owner)
        if lane is None:
            return None
        served = lane.served_for_good
        return Tally(
            owner=owner,
            tier=lane.tier,
            clock=self._clocks[lane.tier],
            finish=lane.finish - lane.open + closing,
            served=None if served == -inf else served,
        )

    def remember(self, clocks: Mapping[int, int], tallies: Iterable[Tally]) -> None:
        """Go on where an earlier run stopped; owners who are here already stay as they are."""
        for tier, clock in clocks.items():
            self._clocks[tier] = max(self.clock(tier), clock)
        for tally in tallies:
            self._clocks.setdefault(tally.tier, 0)
            if tally.owner not in self._lanes:
                self._lanes[tally.owner] = Lane(
                    owner=tally.owner,
                    tier=tally.tier,
                    weight=1.0,
                    most_running=1,
                    finish=tally.finish,
                    served=-inf if tally.served is None else tally.served,
                )
        # Their jobs are still to come, and until then nobody here is without any for good.
        self._sweep_at = 2 * len(self._lanes) + 1024

    def place(self, job: str, now: float) -> int | None:
        """How many waiting jobs go before it; None where it is not waiting.

        It is the index in `order`, and so exact while nothing new comes and no cap holds anybody.
        An owner at the cap keeps the place, and those behind pass until one of theirs ends.
        """
        claim = self._waiting.get(job)
        if claim is None:
            return None
        return self._precedence.before(claim, now)[0]

    def until(self, job: str, now: float) -> tuple[int, float] | None:
        """Its place, and the sum of the prices of the jobs that go before it and of its own."""
        claim = self._waiting.get(job)
        if claim is None:
            return None
        place, cost = self._precedence.before(claim, now)
        return place, cost + claim.entry.price

    def order(self, now: float, most: int | None = None) -> list[Entry]:
        """The waiting jobs, or the first `most`, as they are taken where no cap holds anybody."""
        return [claim.entry for claim in islice(self._precedence.all(now), most)]

    def _stop(self, job: str) -> Claim:
        claim = self._running.pop(job, None)
        if claim is None:
            raise ValueError(f"job {job} is not running")
        claim.lane.running.remove(claim)
        return claim

    def _insert(self, claim: Claim) -> None:
        index = claim.lane.index(claim)
        self._precedence.lift(claim.lane, index)
        claim.lane.insert(index, claim)
        self._precedence.settle(claim.lane, index)

    def _charge(self, lane: Lane, cost: int) -> None:
        self._precedence.lift(lane, lane.returned)
        lane.finish += cost
        self._precedence.settle(lane, lane.returned)

    def _change_terms(self, lane: Lane, weight: float, tier: int) -> None:
        if (lane.weight, lane.tier) == (weight, tier):
            return
        shift = self._clocks.setdefault(tier, 0) - self._clocks[lane.tier]
        self._precedence.lift(lane, 0)
        lane.change_terms(weight, tier, shift)
        self._precedence.settle(lane, 0)

    def _sweep(self) -> None:
        """Forget owners who have nothing here and owe nothing, now and then."""
        if len(self._lanes) < self._sweep_at:
            return
        self._lanes = {
            owner: lane
            for owner, lane in self._lanes.items()
            if lane.jobs or lane.running or lane.open or lane.finish > self._clocks[lane.tier]
        }
        self._sweep_at = 2 * len(self._lanes) + 1024
