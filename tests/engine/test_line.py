"""What stands in the line of a job that waits, and of one that is elsewhere."""

import gc
import tracemalloc
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.allowance import UNLIMITED
from engine.ending import withdrawn
from engine.forecast import cost_of, until
from engine.line import Line
from engine.outline import Outline, outline_of
from engine.queue import FairQueue
from tests.storage.samples import NOON, a_job

JOBS, OWNERS = 2_000, 20


def a_line() -> Line:
    return Line(queue=FairQueue())


def waiting(number: int) -> Outline:
    """As a ledger tells of it: no two of them share a string."""
    job = a_job(id=f"{number:032x}", price=1 + number / 7)
    submitted = NOON + timedelta(seconds=number)
    owner = f"discord:{10**17 + number % OWNERS}"
    return replace(outline_of(job), owner=owner, submitted=submitted)


def test_a_job_that_nobody_watches_takes_less_than_a_thousand_bytes() -> None:
    line = a_line()
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(JOBS):
            line.join(waiting(number), UNLIMITED)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(line.queue) == JOBS
    assert (after - before) / JOBS < 1000


async def test_a_job_leaves_nothing_behind() -> None:
    line = a_line()
    job = replace(outline_of(a_job(tiles=3)), attempt=1)

    line.join(job, UNLIMITED)
    line.follow("fox")
    line.forget("fox")

    assert len(line.queue) == 0
    assert not line.jobs
    assert not line.suspects
    assert not line.elsewhere


async def test_whoever_holds_a_ticket_keeps_it_wherever_the_job_goes() -> None:
    line = a_line()
    line.join(outline_of(a_job()), UNLIMITED)
    ticket = line.ticket(a_job())

    line.follow("fox")
    line.join(outline_of(a_job()), UNLIMITED)

    assert line.ticket(a_job()) is ticket


async def test_the_ticket_of_a_job_that_is_elsewhere_is_held_until_it_ends() -> None:
    line = a_line()
    line.follow("fox")
    line.ticket(a_job())
    gc.collect()

    assert "fox" in line.tickets
    line.forget("fox")
    gc.collect()
    assert "fox" not in line.tickets


def test_the_time_until_it_is_there_counts_all_its_tiles() -> None:
    line = a_line()
    line.join(outline_of(a_job(tiles=4, price=8.0)), UNLIMITED)
    line.join(replace(waiting(1), price=3.0), UNLIMITED)
    now = NOON.timestamp()

    before = until(line, "fox", now)
    line.queue.take(now)

    after = until(line, "fox", now)

    assert (before.tiles, before.seconds(1)) == (0, 11.0)
    assert (after.tiles, after.seconds(1)) == (1, 9.0)


async def test_what_waits_costs_what_its_tiles_do() -> None:
    line = a_line()
    jobs = [waiting(number) for number in range(200)]
    for job in jobs:
        line.join(job, UNLIMITED)

    before = cost_of(line)
    line.leave(jobs[7].id, withdrawn())

    assert before == pytest.approx(sum(job.price for job in jobs))
    assert cost_of(line) == pytest.approx(before - jobs[7].price)


def test_of_what_one_person_asked_for_all_of_it_counts() -> None:
    line = a_line()
    jobs = [replace(waiting(number), owner="discord:1") for number in range(200)]
    for job in jobs:
        line.join(job, UNLIMITED)

    assert cost_of(line) == pytest.approx(sum(job.price for job in jobs))
