"""What becomes of a job whose painter is not heard of, and of a painter whose job is another's."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import pytest

from engine.errors import Cancelled, PaintingFailed, StorageFailed
from engine.job import Job, Picture, Status
from engine.lease import Lease
from engine.request import ImageRequest
from engine.studio import TERMINAL
from storage.memory import MemoryLedger
from tests.engine.house import House, open_house, until
from tests.fakes import a_png
from tests.storage.samples import ALICE, NOON

A_FOX = ImageRequest(prompt="a fox", seed=7)
LONG = timedelta(days=1)


class Clock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


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
        waiting = await house.studio.resume()
        await house.studio.sweep()
        early = set(house.line.tickets)
        clock.now += timedelta(seconds=31)
        await house.studio.sweep()
        await until(lambda: not house.line.tickets)

    assert (waiting, early) == (0, set())
    done = await ledger.job(job.id)
    assert (done.status, done.attempt) == (Status.DONE, 2)


async def test_signs_of_life_keep_a_job_however_long_it_takes() -> None:
    clock = Clock()
    async with open_house(now=clock) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: bool(house.painter.painting))

        for _ in range(50):
            clock.now += timedelta(hours=2)
            await house.dispatcher.heart.beat()
            await house.studio.sweep()
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
        await house.studio.sweep()

        [picture] = await ticket.pictures()
        assert picture.png == a_png(colour="blue")
        assert not house.line.tickets


async def test_a_job_that_comes_back_to_the_one_who_lost_it_begins_anew() -> None:
    two = ImageRequest(prompt="a fox", count=2)
    async with open_house(seats=1, now=Clock()) as house:
        ticket = await house.studio.submit(two, ALICE)
        await until(lambda: len(house.painter.painting) == 1)
        await house.ledger.take_back(NOON + LONG)
        await house.dispatcher.heart.beat()
        await until(lambda: not house.line.painting)

        await house.studio.sweep()
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
        await house.studio.sweep()

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
        await house.studio.sweep()

        assert ticket.job.id == job.id
        with pytest.raises(PaintingFailed, match="The paint ran out"):
            await ticket.pictures()


async def test_a_job_that_kills_its_painter_spares_those_that_were_with_it() -> None:
    ledger, clock = MemoryLedger(), Clock()
    prompts = ("lose it", "a hen", "a cat", "a dog")
    poison, *others = await in_the_queue(
        ledger, *[ImageRequest(prompt=prompt) for prompt in prompts]
    )

    for _ in range(6):
        clock.now += LONG
        async with open_house(ledger=ledger, seats=2, now=clock) as house:
            house.painter.gate.set()
            await house.studio.resume()
            await until(partial(_at_rest, house))
            if house.running.done():
                assert isinstance(house.running.exception(), ExceptionGroup)

    ended = await ledger.job(poison.id)
    assert (ended.status, ended.attempt) == (Status.FAILED, 3)
    assert [(await ledger.job(job.id)).status for job in others] == [Status.DONE] * 3


def _at_rest(house: House) -> bool:
    return house.running.done() or not house.line.tickets


class Telling(MemoryLedger):
    """Takes long to say that it has stored a job."""

    def __init__(self) -> None:
        super().__init__()
        self.told = asyncio.Event()

    async def finish(
        self, job: str, attempt: int, pictures: Sequence[Picture], now: datetime
    ) -> None:
        await super().finish(job, attempt, pictures, now)
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


async def test_a_sweep_that_finds_a_job_of_its_own_lost_paints_it_anew() -> None:
    async with open_house(now=Clock()) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: bool(house.painter.painting))
        house.ledger.leases[ticket.job.id] = NOON - LONG

        await house.studio.sweep()
        await until(lambda: not house.line.painting)
        await house.studio.sweep()
        house.painter.gate.set()

        assert len(await ticket.pictures()) == 1
        assert (await house.ledger.job(ticket.job.id)).attempt == 2


async def test_a_job_comes_back_only_when_nothing_of_it_is_painted_any_more() -> None:
    async with open_house(now=Clock()) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: bool(house.painter.painting))
        await house.ledger.take_back(NOON + LONG)

        await house.dispatcher.heart.beat()
        assert house.line.painting
        await house.studio.catch_up()
        await until(lambda: not house.line.painting)
        await house.studio.catch_up()
        house.painter.gate.set()

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
    ) -> bool:
        if self.locked:
            raise StorageFailed("Another program keeps the database locked.")
        return await super().end(job, status, problem, now=now, attempt=attempt, spent=spent)

    async def begin(self, job: str, worker: str, until: datetime) -> Job:
        if self.locked:
            raise StorageFailed("Another program keeps the database locked.")
        return await super().begin(job, worker, until)


async def test_a_job_that_cannot_be_begun_now_is_begun_later() -> None:
    ledger = Locked()
    async with open_house(ledger=ledger, now=Clock()) as house:
        house.painter.gate.set()
        ticket = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: bool(house.line.elsewhere))

        ledger.locked = False
        await house.studio.sweep()

        assert len(await ticket.pictures()) == 1


async def test_a_job_that_waits_for_another_suspect_can_be_withdrawn() -> None:
    ledger, clock = MemoryLedger(), Clock()
    first, second = await in_the_queue(ledger, A_FOX, ImageRequest(prompt="a hen"))
    for job in (first, second):
        await ledger.begin(job.id, "a painter that was killed", NOON)
    clock.now += LONG

    async with open_house(ledger=ledger, seats=2, now=clock) as house:
        await house.studio.resume()
        await until(lambda: len(house.painter.painting) == 1)
        await house.studio.cancel(second.id, ALICE)
        house.painter.gate.set()
        await until(lambda: not house.line.tickets)
        cat = await house.studio.submit(ImageRequest(prompt="a cat"), ALICE)

        assert len(await cat.pictures()) == 1


async def test_jobs_of_a_command_that_was_killed_end_with_it() -> None:
    ledger, clock = MemoryLedger(), Clock()
    [job] = await in_the_queue(ledger, A_FOX, origin=TERMINAL)
    await ledger.begin(job.id, "a command", NOON)

    async with open_house(ledger=ledger, now=clock) as house:
        clock.now += timedelta(minutes=1)
        await house.studio.sweep()

    assert (await ledger.job(job.id)).status == Status.CANCELLED


@pytest.mark.parametrize("beat", [0, 30, 31])
def test_signs_of_life_come_more_often_than_leases_end(beat: int) -> None:
    with pytest.raises(ValueError, match="sign of life"):
        Lease(length=timedelta(seconds=30), beat=timedelta(seconds=beat))
