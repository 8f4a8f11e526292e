"""Signs of life, and who is taken for dead without them."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import pytest

from engine.errors import StorageFailed
from engine.heart import Heart
from engine.job import Picture, Status
from engine.lease import Lease
from engine.line import Line
from engine.queue import FairQueue
from engine.request import ImageRequest
from engine.tally import Tally
from storage.memory import MemoryLedger
from tests.engine.house import Clock, open_house, until
from tests.storage.samples import ALICE, a_job, begun_job

A_FOX = ImageRequest(prompt="a fox", seed=7)


async def test_signs_of_life_keep_a_job_however_long_it_takes() -> None:
    clock = Clock()
    async with open_house(now=clock) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: bool(house.painter.painting))

        for _ in range(50):
            clock.now += timedelta(hours=2)
            await house.dispatcher.heart.beat()
            await house.caretaker.sweep()
        house.painter.gate.set()

        assert len(await ticket.pictures()) == 1
        assert (await house.ledger.job(ticket.job.id)).attempt == 1


async def test_after_a_clock_that_jumped_the_living_are_not_taken_for_dead() -> None:
    clock = Clock()
    async with open_house(now=clock) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: bool(house.painter.painting))

        clock.now += timedelta(days=300)
        await house.dispatcher.heart.look()

        assert (await house.ledger.job(ticket.job.id)).status == Status.PAINTING
        assert not house.painter.withdrawn


async def test_a_clock_that_goes_backwards_takes_nothing_from_anybody() -> None:
    clock = Clock()
    async with open_house(now=clock) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: bool(house.painter.painting))

        clock.now -= timedelta(days=300)
        await house.dispatcher.heart.beat()
        await house.dispatcher.heart.look()
        house.painter.gate.set()

        assert len(await ticket.pictures()) == 1


class Telling(MemoryLedger):
    """Takes long to say that it has stored a job."""

    def __init__(self) -> None:
        super().__init__()
        self.told = asyncio.Event()

    async def finish(
        self,
        job: str,
        attempt: int,
        pictures: Sequence[Picture],
        now: datetime,
        tally: Tally | None = None,
    ) -> None:
        await super().finish(job, attempt, pictures, now, tally)
        await self.told.wait()


async def test_a_job_that_was_finished_just_now_is_not_taken_for_lost() -> None:
    ledger = Telling()
    async with open_house(ledger=ledger, now=Clock()) as house:
        house.painter.gate.set()
        ticket = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: ledger.jobs[ticket.job.id].status == Status.DONE)

        await house.dispatcher.heart.beat()

        assert not house.line.elsewhere
        ledger.told.set()
        assert len(await ticket.pictures()) == 1


class Mute(MemoryLedger):
    """Takes no sign of life."""

    async def beat(self, held: Mapping[str, int], until: datetime) -> Collection[str]:
        raise StorageFailed("The disk is full.")


async def test_who_cannot_say_that_it_lives_takes_nobody_for_dead() -> None:
    ledger, clock = Mute(), Clock()
    async with open_house(ledger=ledger, now=clock) as house:
        await house.studio.submit(A_FOX, ALICE)
        await until(lambda: bool(house.painter.painting))
        another = await begun_job(ledger, a_job(id="another's"), until=clock.now)

        clock.now += timedelta(days=300)
        for _ in range(2):
            with pytest.raises(StorageFailed):
                await house.dispatcher.heart.beat()
            with pytest.raises(StorageFailed):
                await house.dispatcher.heart.look()

        assert await ledger.job(another.id) == another


@pytest.mark.parametrize("beat", [0, 30, 31])
def test_signs_of_life_come_more_often_than_leases_end(beat: int) -> None:
    with pytest.raises(ValueError, match="sign of life"):
        Lease(length=timedelta(seconds=30), beat=timedelta(seconds=beat))


async def test_what_keeps_leases_waiting_is_said_once_and_its_end_too(
    caplog: pytest.LogCaptureFixture,
) -> None:
    problems = iter([*["The disk is full."] * 3, None, None, "The database is away.", None])
    looked = 0

    async def sweep() -> None:
        nonlocal looked
        looked += 1
        if problem := next(problems, None):
            raise StorageFailed(problem)

    lease = Lease(sweep=timedelta(milliseconds=1))
    heart = Heart(
        line=Line(queue=FairQueue()), ledger=MemoryLedger(), lease=lease, sweep=sweep, now=Clock()
    )
    beating = asyncio.create_task(heart.run())
    await until(lambda: looked > 7)
    beating.cancel()
    await asyncio.gather(beating, return_exceptions=True)

    assert [record.getMessage() for record in caplog.records] == [
        "the leases have to wait: The disk is full.",
        "the leases are looked after again",
        "the leases have to wait: The database is away.",
        "the leases are looked after again",
    ]
