"""What becomes of a job whose painter is not heard of, and of a painter whose job is another's."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from engine.caretaker import TERMINAL
from engine.errors import Cancelled, PaintingFailed, StorageFailed
from engine.job import Job, Picture, Recipe, Status
from engine.ports import NO_PICTURES, Tell
from engine.request import ImageRequest
from engine.tally import Tally
from storage.memory import MemoryLedger
from tests.engine.house import Clock, open_house, until
from tests.fakes import FakePainter, a_png
from tests.storage.samples import ALICE, NOON

A_FOX = ImageRequest(prompt="a fox", seed=7)
LONG = timedelta(days=1)


async def painted_elsewhere(ledger: MemoryLedger, job: Job) -> None:
    """Somebody else has the job and finishes it."""
    begun = await ledger.begin(job.id, "another", NOON + LONG)
    pictures = [
        Picture(recipe=tile.recipe, png=a_png(colour="blue"), seconds=1.0) for tile in job.tiles
    ]
    await ledger.finish(job.id, begun.attempt, pictures, NOON)


async def in_the_queue(
    ledger: MemoryLedger, *requests: ImageRequest, key: str | None = None, origin: str = "page"
) -> list[Job]:
    """Jobs that an earlier run accepted."""
    async with open_house(ledger=ledger, working=False, now=Clock()) as house:
        return [
            (await house.studio.submit(each, ALICE, key=key, origin=origin)).job
            for each in requests
        ]


async def test_a_job_whose_painter_was_killed_is_painted_after_its_lease() -> None:
    ledger, clock = MemoryLedger(), Clock()
    [job] = await in_the_queue(ledger, A_FOX)
    await ledger.begin(job.id, "a painter that was killed", NOON + timedelta(seconds=30))

    async with open_house(ledger=ledger, now=clock) as house:
        house.painter.gate.set()
        waiting = await house.caretaker.resume()
        await house.caretaker.sweep()
        early = set(house.line.jobs)
        clock.now += timedelta(seconds=31)
        await house.caretaker.sweep()
        await until(lambda: not house.line.jobs)

    assert (waiting, early) == (0, set())
    done = await ledger.job(job.id)
    assert (done.status, done.attempt) == (Status.DONE, 2)


async def test_a_lost_lease_withdraws_the_tiles_and_stores_nothing() -> None:
    async with open_house(now=Clock()) as house:
        ticket = await house.studio.submit(ImageRequest(prompt="a fox", count=4), ALICE)
        await until(lambda: len(house.painter.painting) == 2)
        await house.ledger.take_back(NOON + LONG)

        await painted_elsewhere(house.ledger, ticket.job)
        await house.dispatcher.heart.beat()
        await until(lambda: len(house.painter.withdrawn) == 2)

        assert len(house.line.queue) == 0
        assert len(await house.ledger.pictures(ticket.job.id)) == 4
        assert not ticket.ended


async def test_who_waits_for_a_job_that_another_painted_has_its_pictures() -> None:
    async with open_house(now=Clock()) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: bool(house.painter.painting))
        await house.ledger.take_back(NOON + LONG)
        await painted_elsewhere(house.ledger, ticket.job)

        house.painter.gate.set()
        await until(lambda: bool(house.line.elsewhere))
        await house.caretaker.sweep()

        [picture] = await ticket.pictures()
        assert picture.png == a_png(colour="blue")
        assert not house.line.jobs


async def test_a_job_that_comes_back_to_the_one_who_lost_it_begins_anew() -> None:
    two = ImageRequest(prompt="a fox", count=2)
    async with open_house(seats=1, now=Clock()) as house:
        ticket = await house.studio.submit(two, ALICE)
        await until(lambda: len(house.painter.painting) == 1)
        await house.ledger.take_back(NOON + LONG)
        await house.dispatcher.heart.beat()
        await until(lambda: not house.line.painting)

        await house.caretaker.sweep()
        house.painter.gate.set()

        assert len(await ticket.pictures()) == 2
        done = await house.ledger.job(ticket.job.id)
        assert (done.status, done.attempt) == (Status.DONE, 2)


async def test_a_job_that_was_withdrawn_elsewhere_is_not_painted_on() -> None:
    async with open_house(now=Clock()) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: bool(house.painter.painting))
        await house.ledger.end(ticket.job.id, Status.CANCELLED, "", now=NOON)

        await house.dispatcher.heart.beat()
        await house.caretaker.sweep()

        with pytest.raises(Cancelled):
            await ticket.pictures()
        await until(lambda: len(house.painter.withdrawn) == 1)


async def test_a_job_that_another_began_first_is_left_to_the_other() -> None:
    async with open_house(working=True, now=Clock()) as house:
        house.painter.gate.set()
        ledger = house.ledger
        begin = asyncio.create_task(house.studio.submit(A_FOX, ALICE))
        await until(lambda: bool(ledger.jobs))
        [job] = ledger.jobs.values()
        await ledger.begin(job.id, "another", NOON + LONG)

        ticket = await begin
        await until(lambda: bool(house.line.elsewhere))

        assert house.painter.painting == []
        assert (await ledger.job(job.id)).status == Status.PAINTING
        assert house.studio.place(job.id) is None
        assert not ticket.ended


async def test_the_same_key_finds_a_job_that_another_paints() -> None:
    ledger = MemoryLedger()
    [job] = await in_the_queue(ledger, A_FOX, key="click")
    async with open_house(ledger=ledger, now=Clock()) as house:
        await ledger.begin(job.id, "another", NOON + LONG)

        ticket = await house.studio.submit(A_FOX, ALICE, key="click")
        await ledger.end(job.id, Status.FAILED, "The paint ran out.", now=NOON)
        await house.caretaker.sweep()

        assert ticket.job.id == job.id
        with pytest.raises(PaintingFailed, match="The paint ran out"):
            await ticket.pictures()


async def test_a_sweep_that_finds_a_job_of_its_own_lost_paints_it_anew() -> None:
    async with open_house(now=Clock()) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: bool(house.painter.painting))
        house.ledger.leases[ticket.job.id] = NOON - LONG

        await house.caretaker.sweep()
        await until(lambda: bool(house.painter.withdrawn))
        await house.caretaker.sweep()
        house.painter.gate.set()

        assert len(await ticket.pictures()) == 1
        assert (await house.ledger.job(ticket.job.id)).attempt == 2


class SlowToLetGo(FakePainter):
    """Withdraws a tile only once it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may = asyncio.Event()

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        try:
            return await super().paint(recipe, sources, tell)
        except asyncio.CancelledError:
            await self.may.wait()
            raise


async def test_a_job_comes_back_only_when_nothing_of_it_is_painted_any_more() -> None:
    painter = SlowToLetGo()
    async with open_house(now=Clock(), painter=painter) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: bool(painter.painting))
        await house.ledger.take_back(NOON + LONG)
        await house.dispatcher.heart.beat()
        await until(lambda: bool(painter.withdrawn))

        await house.caretaker.catch_up()
        while_it_is_painted = list(house.line.jobs)
        painter.may.set()
        await until(lambda: not house.line.painting)
        await house.caretaker.catch_up()
        painter.gate.set()

        assert while_it_is_painted == []
        assert len(await ticket.pictures()) == 1


async def test_who_fails_at_a_job_that_is_anothers_does_not_end_it() -> None:
    async with open_house(now=Clock()) as house:
        ticket = await house.studio.submit(ImageRequest(prompt="fail"), ALICE)
        await until(lambda: bool(house.painter.painting))
        await house.ledger.take_back(NOON + LONG)
        await house.ledger.begin(ticket.job.id, "another", NOON + LONG)

        house.painter.gate.set()
        await until(lambda: bool(house.line.elsewhere))

        assert (await house.ledger.job(ticket.job.id)).status == Status.PAINTING
        assert not ticket.ended


class Locked(MemoryLedger):
    """Begins and ends nothing for a while."""

    locked = True

    async def end(
        self,
        job: str,
        status: Status,
        problem: str,
        *,
        now: datetime,
        attempt: int | None = None,
        spent: float = 0.0,
        pictures: Mapping[int, Picture] = NO_PICTURES,
        tally: Tally | None = None,
    ) -> bool:
        self._require_unlocked()
        return await super().end(
            job,
            status,
            problem,
            now=now,
            attempt=attempt,
            spent=spent,
            pictures=pictures,
            tally=tally,
        )

    async def begin(
        self, job: str, worker: str, until: datetime, tally: Tally | None = None
    ) -> Job:
        self._require_unlocked()
        return await super().begin(job, worker, until, tally)

    def _require_unlocked(self) -> None:
        if self.locked:
            raise StorageFailed("Another program keeps the database locked.")


async def test_a_job_that_cannot_be_begun_now_is_begun_later() -> None:
    ledger = Locked()
    async with open_house(ledger=ledger, now=Clock()) as house:
        house.painter.gate.set()
        ticket = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: bool(house.line.elsewhere))

        ledger.locked = False
        await house.caretaker.sweep()

        assert len(await ticket.pictures()) == 1


async def test_jobs_of_a_command_that_was_killed_end_with_it() -> None:
    ledger, clock = MemoryLedger(), Clock()
    [job] = await in_the_queue(ledger, A_FOX, origin=TERMINAL)
    await ledger.begin(job.id, "a command", NOON)

    async with open_house(ledger=ledger, now=clock) as house:
        clock.now += timedelta(minutes=1)
        await house.caretaker.sweep()

    assert (await ledger.job(job.id)).status == Status.CANCELLED
