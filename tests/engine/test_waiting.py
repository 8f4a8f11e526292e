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
