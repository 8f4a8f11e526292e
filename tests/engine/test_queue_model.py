"""The fair queue beside a slow queue that sorts everything anew each time."""

from dataclasses import dataclass, field
from math import inf

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.queue import Entry, FairQueue


@dataclass
class SlowJob:
    """A job of the slow queue."""

    entry: Entry
    number: int
    clock: int
    cost: int
    finish: int = 0
    paid: bool = False
    before: float = -inf


@dataclass
class SlowOwner:
    """An owner of the slow queue."""

    tier: int
    weight: float
    cap: int
    finish: int
    served: float = -inf
    jobs: list[SlowJob] = field(default_factory=list)

    def cost(self, price: float) -> int:
        return max(1, round(price / self.weight * 1_000_000))

    def tag(self) -> None:
        def in_turn(job: SlowJob) -> tuple[float, ...]:
            finish = job.finish if job.paid else 0
            return (not job.paid, finish, job.entry.submitted, job.number)

        self.jobs.sort(key=in_turn)
        finish = max([self.finish] + [job.finish for job in self.jobs if job.paid])
        for job in self.jobs:
            if not job.paid:
                job.finish = finish = max(finish, job.clock) + job.cost


class FairQueueAgainstASlowOne(RuleBasedStateMachine):
    """The slow queue works everything out anew each time; a small `front` makes lanes long."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = FairQueue(patience=30, front=2)
        self.owners: dict[str, SlowOwner] = {}
        self.running: dict[str, SlowJob] = {}
        self.clocks: dict[int, int] = {}
        self.now = 0.0
        self.number = 0

    def in_order(self) -> list[SlowJob]:
        heads = [owner.jobs[0] for owner in self.owners.values() if owner.jobs]
        overdue = sorted(self.since(job) for job in heads if self.since(job)[0] < self.now - 30)
        first = {number for _, _, number in overdue}
        jobs = {job.number: job for owner in self.owners.values() for job in owner.jobs}
        rest = [job for job in jobs.values() if job.number not in first]
        rest.sort(
            key=lambda job: (
                self.owners[job.entry.owner].tier,
                job.finish,
                job.entry.submitted,
                job.number,
            )
        )
        return [jobs[number] for _, _, number in overdue] + rest

    def since(self, job: SlowJob) -> tuple[float, float, int]:
        submitted = job.entry.submitted
        return (max(submitted, self.owners[job.entry.owner].served), submitted, job.number)

    def change_terms(self, owner: SlowOwner, name: str, weight: float, tier: int) -> None:
        shift = self.clocks.setdefault(tier, 0) - self.clocks[owner.tier]
        repriced = (weight, tier) != (owner.weight, owner.tier)
        owner.weight, owner.tier = weight, tier
        owner.finish += shift
        running = [job for job in self.running.values() if job.entry.owner == name]
        for job in owner.jobs + running:
            job.clock += shift
            job.finish += shift
            if repriced and not job.paid:
                job.cost = owner.cost(job.entry.price)
        owner.tag()

    @rule(
        owner=st.sampled_from("abcd"),
        price=st.integers(0, 400),
        tier=st.sampled_from((0, 0, 0, 1)),
        weight=st.sampled_from((1.0, 1.0, 1.0, 3.0)),
        cap=st.integers(1, 3),
        late=st.sampled_from((0.0, 0.0, 20.0)),
    )
    def put(self, owner: str, price: int, tier: int, weight: float, cap: int, late: float) -> None:
        self.number += 1
        new = Entry(
            job=f"job{self.number}",
            owner=owner,
            price=price / 100,
            submitted=self.now - late,
            tier=tier,
            weight=weight,
            most_running=cap,
        )
        self.queue.put(new)

        clock = self.clocks.setdefault(tier, 0)
        slow = self.owners.setdefault(owner, SlowOwner(tier, weight, cap, clock))
        self.change_terms(slow, owner, weight, tier)
        slow.cap = cap
        slow.jobs.append(SlowJob(new, self.number, clock, slow.cost(new.price)))
        slow.tag()

    @rule(seconds=st.sampled_from((1.0, 5.0, 40.0)))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def take(self) -> None:
        order = self.in_order()
        fits = [
            job
            for job in order
            if self.queue.running(job.entry.owner) < self.owners[job.entry.owner].cap
        ]

        taken = self.queue.take(self.now)

        assert taken == (fits[0].entry if fits else None)
        if not fits:
            return
        job = fits[0]
        owner = self.owners[job.entry.owner]
        if self.since(job)[0] >= self.now - 30:
            self.clocks[owner.tier] = max(self.clocks[owner.tier], job.finish)
        owner.jobs.remove(job)
        job.before, owner.served = owner.served, self.now
        owner.finish = max(owner.finish, job.finish)
        job.paid = True
        owner.tag()
        self.running[job.entry.job] = job

    @precondition(lambda self: self.running)
    @rule(data=st.data(), spent=st.none() | st.integers(0, 800))
    def done(self, data: st.DataObject, spent: int | None) -> None:
        job = self.running.pop(data.draw(st.sampled_from(sorted(self.running))))
        self.queue.done(job.entry.job, None if spent is None else spent / 100)

        owner = self.owners[job.entry.owner]
        if spent is not None:
            owner.finish += owner.cost(spent / 100) - job.cost
        owner.tag()

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        job = self.running.pop(data.draw(st.sampled_from(sorted(self.running))))
        self.queue.give_back(job.entry.job)

        owner = self.owners[job.entry.owner]
        owner.served = min(owner.served, job.before)
        owner.jobs.append(job)
        owner.tag()

    @precondition(lambda self: len(self.queue) > 0)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(self.in_order()))
        assert self.queue.cancel(job.entry.job)

        owner = self.owners[job.entry.owner]
        owner.jobs.remove(job)
        owner.finish -= job.cost if job.paid else 0
        owner.tag()

    @precondition(lambda self: self.owners)
    @rule(data=st.data(), weight=st.sampled_from((0.5, 1.0, 2.0)), tier=st.integers(0, 2))
    def reweigh(self, data: st.DataObject, weight: float, tier: int) -> None:
        name = data.draw(st.sampled_from(sorted(self.owners)))
        self.queue.reweigh(name, weight, tier)

        self.change_terms(self.owners[name], name, weight, tier)

    @invariant()
    def the_order_is_the_same(self) -> None:
        order = [job.entry for job in self.in_order()]
        assert self.queue.order(self.now) == order
        assert self.queue.order(self.now, 3) == order[:3]
        assert len(self.queue) == len(order)

    @invariant()
    def places_are_the_order(self) -> None:
        ahead = 0.0
        for place, one in enumerate(self.queue.order(self.now)):
            assert self.queue.place(one.job, self.now) == place
            assert self.queue.until(one.job, self.now) == pytest.approx((place, ahead + one.price))
            ahead += one.price

    @invariant()
    def everybody_is_counted(self) -> None:
        for name in self.owners:
            running = sum(job.entry.owner == name for job in self.running.values())
            assert self.queue.running(name) == running


TestFairQueueAgainstASlowOne = FairQueueAgainstASlowOne.TestCase
TestFairQueueAgainstASlowOne.settings = settings(
    deadline=None, max_examples=100, stateful_step_count=40
)
