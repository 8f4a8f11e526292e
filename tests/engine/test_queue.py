"""The fair queue: facts, and a machine that compares it with a slow queue that sorts everything."""

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import count
from math import inf

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.errors import QueueFull
from engine.queue import Entry, FairQueue


def entry(
    job: str, owner: str, price: float = 1.0, at: float = 0.0, *, tier: int = 0, weight: float = 1.0
) -> Entry:
    return Entry(
        job=job,
        owner=owner,
        price=price,
        submitted=at,
        tier=tier,
        weight=weight,
        most_running=1000,
    )


def filled(*entries: Entry, patience: float = inf, front: int = 64) -> FairQueue:
    queue = FairQueue(patience=patience, front=front)
    for one in entries:
        queue.put(one)
    return queue


def names(entries: list[Entry]) -> list[str]:
    return [one.job for one in entries]


def all_taken(queue: FairQueue, now: float = 0.0) -> list[str]:
    taken = []
    while found := queue.take(now):
        taken.append(found.job)
    return taken


def test_an_empty_queue_gives_nothing() -> None:
    queue = FairQueue()

    assert queue.take(0.0) is None
    assert queue.place("a", 0.0) is None
    assert queue.ahead("a", 0.0) is None
    assert not queue.cancel("a")


def test_one_owner_is_served_in_the_order_of_asking() -> None:
    queue = filled(entry("a", "ann", 9, 1), entry("b", "ann", 1, 2), entry("c", "ann", 5, 3))

    assert all_taken(queue) == ["a", "b", "c"]


def test_a_lower_tier_goes_first_whatever_it_costs() -> None:
    queue = filled(entry("slow", "ann", 1, 0, tier=1), entry("fast", "bob", 99, 5, tier=0))

    assert all_taken(queue) == ["fast", "slow"]


def test_a_hog_shares_the_painter_with_one_who_comes_later() -> None:
    queue = filled(*(entry(f"hog{n}", "hog") for n in range(10)))
    queue.take(0.0)
    queue.put(entry("late1", "bob", at=1))
    queue.put(entry("late2", "bob", at=1))

    assert all_taken(queue)[:4] == ["hog1", "late1", "hog2", "late2"]


def test_shares_are_counted_in_price_and_not_in_jobs() -> None:
    costly = [entry(f"costly{n}", "ann", 4.0) for n in range(25)]
    cheap = [entry(f"cheap{n}", "bob", 1.0) for n in range(100)]
    queue = filled(*costly, *cheap)

    first = Counter(job.rstrip("0123456789") for job in all_taken(queue)[:50])

    assert first == {"costly": 10, "cheap": 40}


def test_twice_the_weight_is_twice_the_share() -> None:
    heavy = [entry(f"heavy{n}", "ann", weight=2) for n in range(40)]
    light = [entry(f"light{n}", "bob", weight=1) for n in range(40)]
    queue = filled(*heavy, *light)

    first = Counter(job.rstrip("0123456789") for job in all_taken(queue)[:30])

    assert first == {"heavy": 20, "light": 10}


def test_who_was_away_does_not_catch_up() -> None:
    queue = filled(*(entry(f"ann{n}", "ann") for n in range(20)))
    for _ in range(10):
        queue.take(0.0)
    for n in range(10):
        queue.put(entry(f"bob{n}", "bob", at=1))

    first = Counter(job[:3] for job in all_taken(queue)[:6])

    assert first == {"ann": 3, "bob": 3}


def test_an_owner_at_the_cap_is_passed_over_and_keeps_the_place() -> None:
    queue = FairQueue()
    for n in range(3):
        queue.put(replace(entry(f"ann{n}", "ann"), most_running=1))
    queue.put(entry("bob", "bob", 50))

    assert names([job for _ in range(3) if (job := queue.take(0.0))]) == ["ann0", "bob"]
    assert queue.place("ann1", 0.0) == 0

    queue.done("ann0")

    found = queue.take(0.0)
    assert found is not None
    assert found.job == "ann1"


def test_an_overdue_job_goes_before_every_tier() -> None:
    queue = filled(entry("old", "ann", 99, 0, tier=9), entry("new", "bob", 1, 100), patience=60)

    assert names(queue.order(60.0)) == ["new", "old"]
    assert names(queue.order(60.1)) == ["old", "new"]
    assert queue.place("old", 60.1) == 0
    assert queue.ahead("new", 60.1) == 99


def test_a_hog_has_one_overdue_job_for_each_time_of_patience() -> None:
    hog = [entry(f"hog{n}", "hog", 10, 0) for n in range(10)]
    others = [entry(f"{owner}{n}", owner, 1, 50) for n in range(3) for owner in ("ann", "bob")]
    queue = filled(*hog, *others, patience=60)

    taken = [queue.take(100.0 + second) for second in range(7)]

    assert [job.owner for job in taken if job] == ["hog", *["ann", "bob"] * 3]


def test_an_expensive_job_is_passed_only_until_as_much_was_painted() -> None:
    queue = filled(entry("costly", "ann", 30, 0))
    passed = 0
    for n in count():
        queue.put(entry(f"new{n}", f"newcomer{n}", 1, n))
        found = queue.take(float(n))
        assert found is not None
        if found.job == "costly":
            break
        passed += 1

    assert passed <= 30


@given(
    price=st.floats(0, 1e6),
    tier=st.integers(0, 9),
    newcomers=st.lists(st.floats(0, 10), min_size=1, max_size=3),
)
@settings(deadline=None, max_examples=30)
def test_nobody_starves_under_endless_newcomers(
    price: float, tier: int, newcomers: list[float]
) -> None:
    queue = FairQueue(patience=20, limit=10_000)
    queue.put(entry("patient", "ann", price, 0, tier=tier))
    taken = []

    for second in range(1, 30):
        for n, cheap in enumerate(newcomers):
            queue.put(entry(f"{second}/{n}", f"{second}/{n}", cheap, second))
        found = queue.take(float(second))
        taken.append(found.job if found else "")
        if found:
            queue.done(found.job)

    assert "patient" in taken[:21]


def test_cancelling_gives_the_later_jobs_the_place_they_would_have_had() -> None:
    queue = filled(entry("big", "ann", 50), entry("small", "ann", 1, 1), entry("other", "bob", 5))
    assert names(queue.order(0.0)) == ["other", "big", "small"]

    assert queue.cancel("big")

    assert names(queue.order(0.0)) == ["small", "other"]


def test_a_dummy_that_is_cancelled_holds_no_place_for_what_came_later() -> None:
    queue = filled(*(entry(f"bob{n}", "bob", 10, weight=1) for n in range(10)))
    queue.put(entry("dummy", "ann", 95))
    for _ in range(9):
        queue.take(0.0)
    queue.put(entry("real", "ann", 20))
    queue.cancel("dummy")

    assert names(queue.order(0.0)) == ["bob9", "real"]


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, Entry]]:
    steps = draw(st.lists(st.sampled_from(("put", "put", "take", "cancel")), max_size=40))
    return [
        (
            step,
            entry(
                f"job{number}",
                draw(st.sampled_from("abc")),
                draw(st.integers(0, 300)) / 100,
                float(number),
            ),
        )
        for number, step in enumerate(steps)
    ]


@given(
    history=histories(),
    price=st.integers(0, 300),
    came=st.integers(0, 40),
    left=st.integers(0, 40),
)
@settings(deadline=None, max_examples=100)
def test_a_cancelled_job_leaves_no_trace(
    history: list[tuple[str, Entry]], price: int, came: int, left: int
) -> None:
    with_it, without_it = FairQueue(patience=15, front=2), FairQueue(patience=15, front=2)

    for number, (step, one) in enumerate(history):
        if number == came:
            with_it.put(entry("ghost", "b", price / 100, number))
        if step == "take":
            # While it waits it holds up what its owner asks for later, and others go first.
            assume(with_it.take(float(number)) == without_it.take(float(number)))
        for queue in (with_it, without_it):
            if step == "put":
                queue.put(one)
            elif step == "cancel":
                queue.cancel(f"job{number // 2}")
        if number >= left:
            with_it.cancel("ghost")
    with_it.cancel("ghost")
    now = float(len(history))

    assert with_it.order(now) == without_it.order(now)


def test_what_was_given_back_has_its_old_place_and_costs_nothing_more() -> None:
    queue = filled(
        *(entry(f"ann{n}", "ann", 3, n) for n in range(3)),
        *(entry(f"bob{n}", "bob", 2, n) for n in range(3)),
        patience=60,
    )
    before = queue.order(61.0)
    taken = [queue.take(61.0), queue.take(61.0), queue.take(61.0)]

    for job in taken:
        assert job is not None
        queue.give_back(job.job)

    assert queue.order(61.0) == before
    assert queue.running("ann") == queue.running("bob") == 0


def test_withdrawing_what_was_given_back_returns_what_it_cost() -> None:
    queue = filled(entry("ann1", "ann", 9), entry("ann2", "ann", 2, 1), entry("bob", "bob", 10))
    queue.take(0.0)
    queue.give_back("ann1")
    assert names(queue.order(0.0)) == ["ann1", "bob", "ann2"]

    queue.cancel("ann1")

    assert names(queue.order(0.0)) == ["ann2", "bob"]


def test_jobs_given_back_are_taken_in_the_order_of_the_first_time() -> None:
    queue = filled(entry("first", "ann", 1, 20), patience=30)
    queue.take(30.0)
    queue.put(entry("second", "ann", 1, 10))
    queue.take(30.0)

    queue.give_back("second")
    queue.give_back("first")

    assert names(queue.order(100.0)) == ["first", "second"]
    assert all_taken(queue, 100.0) == ["first", "second"]


def test_what_comes_after_a_job_that_was_given_back_stays_behind_it() -> None:
    queue = filled(entry("ann1", "ann", 10), entry("ann2", "ann", 10, 1))
    queue.take(0.0)
    queue.take(0.0)
    queue.done("ann1", spent=0)
    queue.give_back("ann2")
    queue.put(entry("ann3", "ann", 1, 2))
    order = names(queue.order(0.0))

    assert order == all_taken(queue) == ["ann2", "ann3"]


def test_taking_a_returned_job_again_moves_none_of_the_others() -> None:
    queue = filled(entry("ann1", "ann", 10), entry("ann2", "ann", 10, 1), patience=30)
    queue.take(0.0)
    queue.take(0.0)
    queue.done("ann1", spent=0)
    queue.give_back("ann2")
    queue.put(entry("ann3", "ann", 1, 2))
    queue.put(entry("bob", "bob", 0.5, 2))
    order = queue.order(9.0)

    queue.take(9.0)

    assert queue.order(9.0) == order[1:]
    queue.put(entry("ann4", "ann", 1, 3))
    assert names(queue.order(9.0)) == ["bob", "ann3", "ann4"]


def test_a_job_taken_again_does_not_pay_back_what_was_taken_since() -> None:
    queue = filled(entry("ann1", "ann", 10), entry("ann2", "ann", 10, 1), patience=30)
    # Overdue, so that the clock stays behind and cannot hide what ann owes.
    queue.take(40.0)
    queue.take(100.0)
    queue.give_back("ann1")
    queue.take(100.0)
    queue.put(entry("ann3", "ann", 10, 100))
    queue.put(entry("bob", "bob", 25, 100))

    assert names(queue.order(100.0)) == ["bob", "ann3"]


def test_a_cap_holds_for_overdue_jobs_too() -> None:
    queue = FairQueue(patience=10)
    for n in range(2):
        queue.put(replace(entry(f"ann{n}", "ann"), most_running=1))
    queue.put(entry("bob", "bob", 5, 30))
    queue.take(0.0)

    taken = queue.take(35.0)

    assert taken is not None
    assert taken.job == "bob"


def test_a_change_of_tier_moves_running_jobs_too() -> None:
    queue = filled(*(entry(f"bob{n}", "bob", 10, tier=1) for n in range(3)))
    for _ in range(3):
        queue.take(0.0)
    queue.put(entry("ann", "ann", 5))
    queue.take(0.0)
    queue.put(entry("cat", "cat", 1, tier=1))

    queue.reweigh("ann", weight=1, tier=1)
    queue.give_back("bob0")
    queue.give_back("ann")

    assert names(queue.order(0.0)) == ["bob0", "ann", "cat"]


def test_a_change_of_tier_moves_waiting_jobs_to_the_clock_there() -> None:
    queue = filled(*(entry(f"bob{n}", "bob", 10) for n in range(3)))
    queue.take(0.0)
    queue.put(entry("ann1", "ann", 1))
    queue.put(entry("cat", "cat", 7, tier=1))
    queue.put(entry("ann2", "ann", 5))

    queue.reweigh("ann", weight=1, tier=1)
    queue.cancel("ann1")

    assert names(queue.order(0.0)) == ["bob1", "bob2", "ann2", "cat"]


def test_a_job_that_cost_less_than_its_price_brings_the_owners_next_one_forward() -> None:
    queue = filled(entry("ann1", "ann", 1), entry("ann2", "ann", 9), entry("bob", "bob", 9.5))
    queue.take(0.0)
    assert names(queue.order(0.0)) == ["bob", "ann2"]

    queue.done("ann1", spent=0.25)

    assert names(queue.order(0.0)) == ["ann2", "bob"]


def test_a_job_that_cost_more_than_its_price_sets_the_owner_back() -> None:
    queue = filled(entry("ann1", "ann", 1), entry("ann2", "ann", 1), entry("bob", "bob", 5))
    queue.take(0.0)

    queue.done("ann1", spent=8)

    assert names(queue.order(0.0)) == ["bob", "ann2"]


def test_a_moderator_moves_somebody_live() -> None:
    queue = filled(
        *(entry(f"ann{n}", "ann", 3) for n in range(2)),
        *(entry(f"bob{n}", "bob", 3.5) for n in range(2)),
    )
    assert names(queue.order(0.0)) == ["ann0", "bob0", "ann1", "bob1"]

    queue.reweigh("bob", weight=7, tier=0)

    assert names(queue.order(0.0)) == ["bob0", "bob1", "ann0", "ann1"]

    queue.reweigh("ann", weight=1, tier=-1)

    assert names(queue.order(0.0)) == ["ann0", "ann1", "bob0", "bob1"]


def test_a_change_of_tier_keeps_what_somebody_owes() -> None:
    queue = filled(*(entry(f"ann{n}", "ann", 10) for n in range(3)), entry("bob", "bob", 1, tier=1))
    queue.take(0.0)
    queue.take(0.0)
    queue.put(entry("cat", "cat", 5, tier=1))

    queue.reweigh("ann", weight=1, tier=1)

    assert names(queue.order(0.0)) == ["bob", "cat", "ann2"]


def test_a_full_queue_says_so() -> None:
    queue = FairQueue(limit=1)
    queue.put(entry("a", "ann"))

    with pytest.raises(QueueFull, match=r"1 jobs? .* waiting.* Try again"):
        queue.put(entry("b", "ann"))

    assert len(queue) == 1


def test_what_was_accepted_before_a_restart_comes_in_even_when_it_is_full() -> None:
    queue = FairQueue(limit=1)
    queue.put(entry("new", "ann", at=9))

    queue.restore(entry("old", "ann", at=1))

    assert names(queue.order(0.0)) == ["old", "new"]


def test_a_job_is_in_the_queue_once() -> None:
    queue = filled(entry("a", "ann"))

    with pytest.raises(ValueError, match="already"):
        queue.put(entry("a", "bob"))
    queue.take(0.0)
    with pytest.raises(ValueError, match="already"):
        queue.put(entry("a", "ann"))


def test_only_running_jobs_end() -> None:
    queue = filled(entry("a", "ann"))

    with pytest.raises(ValueError, match="not running"):
        queue.done("a")
    with pytest.raises(ValueError, match="not running"):
        queue.give_back("a")


@pytest.mark.parametrize(
    "nonsense",
    [{"price": -1.0}, {"price": inf}, {"weight": 0.0}, {"most_running": 0}, {"submitted": inf}],
)
def test_an_entry_is_possible(nonsense: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"no |below"):
        replace(entry("a", "ann"), **nonsense)  # type: ignore[arg-type]  # nonsense is the point


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
        self.queue = FairQueue(patience=30, front=2, limit=10**6)
        self.owners: dict[str, SlowOwner] = {}
        self.running: dict[str, SlowJob] = {}
        self.clocks: dict[int, int] = {}
        self.now = 0.0
        self.number = 0

    def in_order(self) -> list[SlowJob]:
        heads = [owner.jobs[0] for owner in self.owners.values() if owner.jobs]
        overdue = sorted(
            (self.since(job), job.number) for job in heads if self.since(job)[0] < self.now - 30
        )
        first = {number for _, number in overdue}
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
        return [jobs[number] for _, number in overdue] + rest

    def since(self, job: SlowJob) -> tuple[float, int]:
        return (max(job.entry.submitted, self.owners[job.entry.owner].served), job.number)

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
            assert self.queue.ahead(one.job, self.now) == pytest.approx(ahead)
            ahead += one.price

    @invariant()
    def everybody_is_counted(self) -> None:
        for name, owner in self.owners.items():
            assert self.queue.waiting(name) == len(owner.jobs)
            running = sum(job.entry.owner == name for job in self.running.values())
            assert self.queue.running(name) == running


TestFairQueueAgainstASlowOne = FairQueueAgainstASlowOne.TestCase
TestFairQueueAgainstASlowOne.settings = settings(
    deadline=None, max_examples=100, stateful_step_count=40
)


@given(history=histories(), now=st.floats(0, 100))
@settings(deadline=None, max_examples=100)
def test_the_order_is_what_take_does_when_nothing_new_comes(
    history: list[tuple[str, Entry]], now: float
) -> None:
    queue = FairQueue(patience=15, front=2)
    for _, one in history:
        queue.put(one)
    order = names(queue.order(now))

    assert all_taken(queue, now) == order
