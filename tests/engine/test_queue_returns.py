"""What becomes of jobs that were taken and come back, and of who pays more or moves."""

from dataclasses import replace

from engine.queue import FairQueue
from tests.engine.queues import all_taken, entry, filled, names


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


def test_who_owes_nothing_is_forgotten_but_not_while_something_of_theirs_is_open() -> None:
    queue = FairQueue()
    queue.put(entry("open", "ann", 5))
    queue.take(0.0)
    cost = queue.done("open", 1.0, closed=False)
    for number in range(5000):
        queue.put(entry(f"job{number}", f"newcomer{number}", 9, 1))
        queue.take(1.0)
        queue.done(f"job{number}", 1.0)

    before = queue.tally("ann")
    queue.close("ann", cost)
    after = queue.tally("ann")

    assert queue.tally("newcomer0") is None
    assert before is not None
    assert after is not None
    assert after.finish - before.finish == cost
