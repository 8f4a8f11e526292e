"""What goes wrong while painting costs one job at most."""

import asyncio
import gc
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import inf, nan

import pytest

from engine.clock import utc_now
from engine.errors import Cancelled, PainterLost, PaintingFailed, StorageFailed
from engine.job import Job, Picture, Recipe, Status
from engine.ports import Tell
from engine.request import ImageRequest
from engine.tally import Tally
from storage.memory import MemoryLedger
from tests.engine.house import FullDisk, open_house, until
from tests.fakes import FakePainter
from tests.storage.samples import ALICE, BOB, NOON

A_FOX = ImageRequest(prompt="a fox")
A_HERD = ImageRequest(prompt="a herd", count=16)


class SlowBegin(MemoryLedger):
    """Begins a job only once the gate is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.gate, self.began = asyncio.Event(), asyncio.Event(), False

    async def begin(
        self, job: str, worker: str, until: datetime, tally: Tally | None = None
    ) -> Job:
        self.asked.set()
        await self.gate.wait()
        self.began = True
        return await super().begin(job, worker, until, tally)


async def test_a_job_that_is_withdrawn_while_it_begins_leaves_no_error_behind(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ledger = SlowBegin()
    async with open_house(ledger=ledger) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        await ledger.asked.wait()

        await house.studio.cancel(ticket.job.id, ALICE)
        await asyncio.sleep(0)
        ledger.gate.set()
        await until(lambda: ledger.began)
        gc.collect()

    assert "never retrieved" not in caplog.text


async def test_withdrawing_while_another_tile_ends_breaks_nothing() -> None:
    async with open_house(seats=2) as house:
        quick = await house.studio.submit(A_FOX, ALICE)
        herd = await house.studio.submit(A_HERD, BOB)
        await until(lambda: len(house.painter.painting) == 2)

        house.painter.gate.set()
        await house.studio.cancel(herd.job.id, BOB)

        assert len(await quick.pictures()) == 1
        assert len(await (await house.studio.submit(A_FOX, BOB)).pictures()) == 1


async def test_a_full_disk_fails_one_job_and_not_the_program() -> None:
    ledger = FullDisk()
    async with open_house(ledger=ledger) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: bool(house.painter.painting))
        ledger.full = True

        house.painter.gate.set()
        with pytest.raises(StorageFailed, match="The disk is full"):
            await ticket.pictures()

        ledger.full = False
        assert len(await (await house.studio.submit(A_FOX, BOB)).pictures()) == 1
        assert [job.id for job in await ledger.unfinished()] == [ticket.job.id]


async def test_a_lost_painter_ends_the_program_and_not_the_jobs() -> None:
    with pytest.RaisesGroup(PainterLost):
        async with open_house(seats=1) as house:
            ledger = house.ledger
            await house.studio.submit(ImageRequest(prompt="lose it"), ALICE)
            await house.studio.submit(A_FOX, BOB)
            house.painter.gate.set()
            await asyncio.wait([house.running])
            house.running.result()

    assert {job.status for job in await ledger.unfinished()} <= {Status.QUEUED, Status.PAINTING}
    assert len(await ledger.unfinished()) == 2


async def test_a_tile_that_is_withdrawn_before_it_began_leaves_its_seat() -> None:
    async with open_house(seats=1) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: bool(house.line.painting))
        assert not house.painter.painting

        house.line.leave(ticket.job.id, Cancelled("The job was withdrawn."))
        house.painter.gate.set()

        assert len(await (await house.studio.submit(A_FOX, BOB)).pictures()) == 1
        assert house.line.queue.running(ALICE.id) == 0


class StrangeClock(FakePainter):
    """Cannot say how long it took."""

    seconds = 0.0

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        return replace(await super().paint(recipe, sources, tell), seconds=self.seconds)


@pytest.mark.parametrize("seconds", [nan, inf, -1.0])
async def test_a_picture_that_took_no_time_there_is_fails_its_job_alone(seconds: float) -> None:
    painter = StrangeClock()
    async with open_house(painter=painter) as house:
        painter.gate.set()
        painter.seconds = seconds
        ticket = await house.studio.submit(A_FOX, ALICE)

        with pytest.raises(PaintingFailed, match="how long"):
            await ticket.pictures()

        assert (await house.ledger.job(ticket.job.id)).status == Status.FAILED
        painter.seconds = 1.0
        assert len(await (await house.studio.submit(A_FOX, BOB)).pictures()) == 1


class Away(MemoryLedger):
    """Stores no result the first few times."""

    away = 3

    async def finish(
        self,
        job: str,
        attempt: int,
        pictures: Sequence[Picture],
        now: datetime,
        tally: Tally | None = None,
    ) -> None:
        self.away -= 1
        if self.away >= 0:
            raise StorageFailed("The database was stopped in the middle of that.")
        await super().finish(job, attempt, pictures, now, tally)


async def test_a_database_that_is_away_for_a_moment_costs_nobody_a_picture() -> None:
    async with open_house(ledger=Away()) as house:
        house.painter.gate.set()

        ticket = await house.studio.submit(A_FOX, ALICE)

        assert len(await ticket.pictures()) == 1
        assert len(house.painter.painted) == 1


async def test_a_result_is_not_brought_again_once_the_lease_is_over() -> None:
    ledger, now = Away(), NOON

    def later() -> datetime:
        nonlocal now
        now += timedelta(hours=2)
        return now

    async with open_house(ledger=ledger, now=later) as house:
        house.painter.gate.set()
        ticket = await house.studio.submit(A_FOX, ALICE)

        with pytest.raises(StorageFailed, match="in the middle of that"):
            await ticket.pictures()

    assert ledger.away == 2
    # What is wrong with the disk is nothing for whoever asked.
    assert "cannot save pictures" in (await ledger.job(ticket.job.id)).problem


async def test_a_job_that_cannot_be_read_fails_for_nothing_and_its_owner_is_told() -> None:
    ledger = MemoryLedger()
    async with open_house(ledger=ledger, working=False) as house:
        job = (await house.studio.submit(A_HERD, ALICE, reply="channel 7")).job
    ledger.jobs[job.id] = replace(job, tiles=())

    async with open_house(ledger=ledger) as house:
        house.painter.gate.set()
        await house.caretaker.resume()
        fine = await house.studio.submit(A_FOX, BOB)
        assert len(await fine.pictures()) == 1
        await until(lambda: job.id not in house.line.jobs)

        [told] = await ledger.outbox.take_due(utc_now(), until=utc_now())
        assert (told.job.status, told.job.spent) == (Status.FAILED, 0)
        assert "cannot read it. It cost nothing" in told.job.problem
        assert ledger.purses.held(ALICE.id) == 0


async def test_who_asks_again_for_a_job_that_cannot_be_read_is_told_so() -> None:
    ledger = MemoryLedger()
    async with open_house(ledger=ledger, working=False) as house:
        job = (await house.studio.submit(A_HERD, ALICE, key="click")).job
        ledger.jobs[job.id] = replace(job, tiles=())
        await house.studio.submit(A_HERD, ALICE, key="click")

    async with open_house(ledger=ledger) as house:
        ticket = await house.studio.submit(A_HERD, ALICE, key="click")

        with pytest.raises(PaintingFailed, match="cannot read it"):
            await ticket.pictures()

        await until(lambda: not house.line.painting)
        assert len(house.line.queue) == 0
