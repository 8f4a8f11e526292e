"""What must be told to somebody far away, in every outbox: it comes and goes with the job's end."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.job import Job, Status
from engine.outbox import Outbox
from engine.ports import Ledger
from tests.storage.conftest import Shelf
from tests.storage.samples import LATER, MUCH_LATER, NOON, a_job, begun_job, pictures_of

MINUTE = timedelta(minutes=1)


@pytest.fixture
def outbox(shelf: Shelf) -> Outbox:
    return shelf.outbox


def a_far_job(id: str = "fox", minute: int = 0) -> Job:
    return replace(a_job(id=id, submitted=NOON + minute * MINUTE), reply="channel 7")


async def done_job(ledger: Ledger, job: Job) -> None:
    await begun_job(ledger, job)
    await ledger.finish(job.id, 1, pictures_of(job), LATER)


async def test_who_is_far_away_is_told_when_a_job_is_done(ledger: Ledger, outbox: Outbox) -> None:
    await begun_job(ledger, a_far_job())
    before = await outbox.take_due(MUCH_LATER, until=MUCH_LATER)

    await ledger.finish("fox", 1, pictures_of(a_job()), LATER)
    [delivery] = await outbox.take_due(LATER, until=LATER + MINUTE)

    assert not before
    assert delivery.job == await ledger.job("fox")
    assert (delivery.job.reply, delivery.job.status, delivery.tries) == (
        "channel 7",
        Status.DONE,
        1,
    )


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED])
async def test_who_is_far_away_is_told_of_a_bad_end(
    ledger: Ledger, outbox: Outbox, status: Status
) -> None:
    await ledger.record(a_far_job())
    await ledger.end("fox", status, "no paint", now=LATER)
    await ledger.end("fox", status, "no paint", now=LATER)

    [delivery] = await outbox.take_due(LATER, until=LATER + MINUTE)

    assert (delivery.job.status, delivery.job.problem) == (status, "no paint")


async def test_who_is_far_away_is_told_that_a_job_was_given_up(
    ledger: Ledger, outbox: Outbox
) -> None:
    await ledger.record(a_far_job())
    for _ in range(3):
        await ledger.begin("fox", "a painter", NOON)
        await ledger.take_back(LATER)

    [delivery] = await outbox.take_due(LATER, until=LATER + MINUTE)

    assert "3 times" in delivery.job.problem


async def test_who_waits_right_here_needs_no_delivery(ledger: Ledger, outbox: Outbox) -> None:
    await done_job(ledger, a_job())

    assert not await outbox.take_due(MUCH_LATER, until=MUCH_LATER)


async def test_a_result_that_came_too_late_is_not_delivered(ledger: Ledger, outbox: Outbox) -> None:
    await begun_job(ledger, a_far_job(), until=NOON)
    await ledger.take_back(LATER)
    await ledger.begin("fox", "another", MUCH_LATER)

    with pytest.raises(Exception, match="took"):
        await ledger.finish("fox", 1, pictures_of(a_job()), LATER)

    assert not await outbox.take_due(MUCH_LATER, until=MUCH_LATER)


async def test_a_delivery_is_one_couriers_alone(ledger: Ledger, outbox: Outbox) -> None:
    for number in range(6):
        await done_job(ledger, a_far_job(f"job {number}"))

    couriers = [outbox.take_due(LATER, until=LATER + MINUTE, most=3) for _ in range(6)]
    taken = [each.job.id for part in await asyncio.gather(*couriers) for each in part]

    assert sorted(taken) == sorted(set(taken))
    rest = await outbox.take_due(LATER, until=LATER + MINUTE)
    assert sorted([*taken, *(each.job.id for each in rest)]) == [f"job {n}" for n in range(6)]


async def test_what_was_taken_and_not_told_is_due_again(ledger: Ledger, outbox: Outbox) -> None:
    await done_job(ledger, a_far_job())
    await outbox.take_due(LATER, until=LATER + MINUTE)

    early = await outbox.take_due(LATER + MINUTE / 2, until=MUCH_LATER)
    [again] = await outbox.take_due(LATER + MINUTE, until=MUCH_LATER)

    assert not early
    assert again.tries == 2


async def test_what_a_worker_had_in_hand_can_be_taken_back(ledger: Ledger, outbox: Outbox) -> None:
    for minute, worker in enumerate(("dead", "alive", "told", "put off")):
        await done_job(ledger, a_far_job(worker, minute))
        await outbox.take_due(LATER, until=LATER + MINUTE, most=1, worker=worker)
    await outbox.delivered("told", LATER)
    await outbox.put_off("put off", MUCH_LATER)

    holding = await outbox.workers()
    await outbox.take_back(LATER, ["dead", "told", "put off", ""])
    due = await outbox.take_due(LATER, until=LATER + MINUTE)

    assert set(holding) == {"dead", "alive"}
    assert [one.job.id for one in due] == ["dead"]


async def test_what_was_told_is_never_due_again(ledger: Ledger, outbox: Outbox) -> None:
    await done_job(ledger, a_far_job())
    await outbox.take_due(LATER, until=LATER)

    await outbox.delivered("fox", LATER)
    await outbox.delivered("fox", LATER)
    await outbox.put_off("fox", LATER)

    assert not await outbox.take_due(MUCH_LATER, until=MUCH_LATER)


async def test_what_is_put_off_is_due_then(ledger: Ledger, outbox: Outbox) -> None:
    await done_job(ledger, a_far_job())
    await outbox.take_due(LATER, until=LATER + MINUTE)

    await outbox.put_off("fox", LATER + 5 * MINUTE)

    assert not await outbox.take_due(LATER + 4 * MINUTE, until=MUCH_LATER)
    assert len(await outbox.take_due(LATER + 5 * MINUTE, until=MUCH_LATER)) == 1


async def test_no_more_are_taken_than_were_asked_for(ledger: Ledger, outbox: Outbox) -> None:
    for minute in (3, 1, 2):
        await done_job(ledger, a_far_job(f"job {minute}", minute))

    first = await outbox.take_due(MUCH_LATER, until=MUCH_LATER + MINUTE, most=2)
    rest = await outbox.take_due(MUCH_LATER, until=MUCH_LATER + MINUTE, most=2)

    assert (len(first), len(rest)) == (2, 1)
