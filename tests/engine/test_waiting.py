"""How many requests wait, of everybody and of each."""

import pytest

from engine.errors import QueueFull
from engine.waiting import Waiting


def test_each_owners_jobs_are_counted_as_they_come_and_go() -> None:
    waiting = Waiting()

    for job, owner in (("fox", "ann"), ("hen", "ann"), ("cat", "bob")):
        waiting.add(job, owner)
    waiting.remove("fox")

    assert (waiting.of("ann"), waiting.of("bob"), waiting.of("cat"), len(waiting)) == (1, 1, 0, 2)


def test_a_job_waits_once_and_goes_once() -> None:
    waiting = Waiting()

    waiting.add("fox", "ann")
    waiting.add("fox", "ann")
    once = waiting.of("ann")
    waiting.remove("fox")
    waiting.remove("fox")

    assert (once, waiting.of("ann"), len(waiting)) == (1, 0, 0)


def test_a_full_queue_says_so_and_still_takes_what_was_accepted_before() -> None:
    waiting = Waiting(limit=1)
    waiting.require_room()
    waiting.add("fox", "ann")

    with pytest.raises(QueueFull, match=r"1 jobs are waiting.* Try again"):
        waiting.require_room()
    waiting.add("hen", "ann")

    assert waiting.of("ann") == 2


def test_one_person_keeps_nobody_out() -> None:
    waiting = Waiting(limit=100)
    for number in range(25):
        waiting.require_room("bob")
        waiting.add(f"cat {number}", "bob")

    with pytest.raises(QueueFull, match="25 jobs of yours are waiting"):
        waiting.require_room("bob")

    waiting.require_room("alice")
    waiting.require_room()


def test_those_who_are_asking_count_too() -> None:
    waiting, asking = Waiting(limit=100), Waiting()
    for number in range(25):
        asking.add(f"cat {number}", "bob")

    waiting.require_room("bob")
    with pytest.raises(QueueFull, match="more at once than can be looked at"):
        waiting.require_room("bob", asking=asking)
    for number in range(75):
        asking.add(f"hen {number}", f"guest {number}")
    with pytest.raises(QueueFull, match="The queue is full: 100 jobs"):
        waiting.require_room("alice", asking=asking)
