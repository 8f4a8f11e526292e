"""The fair queue: who goes first, and why."""

from collections import Counter
from dataclasses import replace
from itertools import count
from math import inf

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.queue import Entry, FairQueue
from tests.engine.queues import all_taken, entry, filled, histories, names


def test_an_empty_queue_gives_nothing() -> None:
    queue = FairQueue()

    assert queue.take(0.0) is None
    assert queue.place("a", 0.0) is None
    assert queue.until("a", 0.0) is None
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
    assert queue.until("new", 60.1) == (1, 100)


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
@pytest.mark.promise(12)
def test_nobody_starves_under_endless_newcomers(
    price: float, tier: int, newcomers: list[float]
) -> None:
    queue = FairQueue(patience=20)
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
