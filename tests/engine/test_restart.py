"""What goes on after a stop, and what does not."""

from datetime import timedelta

from engine.caretaker import TERMINAL
from engine.job import Status
from engine.request import ImageRequest
from storage.memory import MemoryLedger
from tests.engine.house import open_house, until
from tests.storage.samples import ALICE, NOON

A_FOX = ImageRequest(prompt="a fox", seed=7)


async def test_unfinished_jobs_go_on_after_a_restart() -> None:
    ledger = MemoryLedger()
    async with open_house(ledger=ledger) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: bool(house.painter.painting))

    async with open_house(ledger=ledger) as house:
        house.painter.gate.set()
        assert await house.caretaker.resume() == 1
        await until(lambda: len(house.painter.painted) == 1)
        await until(lambda: not house.line.jobs)

    assert (await ledger.job(ticket.job.id)).status == Status.DONE


async def test_a_stop_in_the_middle_is_no_attempt_of_the_job() -> None:
    ledger = MemoryLedger()
    for _ in range(4):
        async with open_house(ledger=ledger) as house:
            await house.caretaker.resume()
            if not house.line.jobs:
                await house.studio.submit(A_FOX, ALICE)
            await until(lambda: bool(house.painter.painting))  # awaited right here

    (waiting,) = await ledger.unfinished()
    assert (waiting.status, waiting.attempt) == (Status.QUEUED, 0)


async def test_a_job_that_stopped_the_painter_three_times_is_given_up() -> None:
    ledger = MemoryLedger()
    async with open_house(ledger=ledger, working=False) as house:
        job = (await house.studio.submit(A_FOX, ALICE)).job
    for _ in range(3):
        await ledger.take_back(NOON + timedelta(hours=1))
        await ledger.begin(job.id, "a painter", NOON)

    async with open_house(ledger=ledger) as house:
        assert await house.caretaker.resume() == 0

    ended = await ledger.job(job.id)
    assert ended.status == Status.FAILED
    assert "3 times" in ended.problem


async def test_jobs_of_the_terminal_are_left_alone_until_they_are_old() -> None:
    ledger = MemoryLedger()
    now = NOON
    async with open_house(ledger=ledger, working=False, now=lambda: now) as house:
        job = (await house.studio.submit(A_FOX, ALICE, origin=TERMINAL)).job

    async with open_house(ledger=ledger, working=False, now=lambda: now) as house:
        assert await house.caretaker.resume() == 0
        young = (await ledger.job(job.id)).status
        now += timedelta(days=2)
        assert await house.caretaker.resume() == 0

    assert (young, (await ledger.job(job.id)).status) == (Status.QUEUED, Status.CANCELLED)
