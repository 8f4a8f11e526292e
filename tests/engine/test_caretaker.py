"""What is taken up at a start and while it runs, so that no job is forgotten."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from engine.allowance import UNLIMITED, Allowance, unlimited
from engine.caretaker import TERMINAL, Caretaker
from engine.errors import StorageFailed
from engine.job import Job, Status
from engine.outline import Outline
from engine.request import ImageRequest
from storage.memory import MemoryLedger
from tests.engine.house import open_house, until
from tests.storage.samples import ALICE, BOB, NOON, a_job

A_FOX = ImageRequest(prompt="a fox")


class ShortPages(MemoryLedger):
    """Tells of one unfinished job at a time."""

    pages = 0

    async def unfinished(self, *, after: Outline | None = None, most: int = 1) -> Sequence[Outline]:
        self.pages += 1
        return await super().unfinished(after=after, most=1)


async def test_however_many_pages_there_are_the_first_in_line_is_painted_first() -> None:
    ledger = ShortPages()
    async with open_house(ledger=ledger, working=False) as house:
        await house.studio.submit(ImageRequest(prompt="costly", steps=100), ALICE)
        await house.studio.submit(ImageRequest(prompt="cheap", steps=1), BOB)

    async with open_house(ledger=ledger, seats=1) as house:
        assert await house.caretaker.resume() == 2
        await until(lambda: bool(house.painter.painting))

        assert [recipe.prompt for recipe in house.painter.painting] == ["cheap"]
        assert ledger.pages == 3


async def test_what_is_taken_up_needs_no_ticket_and_has_a_place() -> None:
    ledger = MemoryLedger()
    async with open_house(ledger=ledger, working=False) as house:
        jobs = [(await house.studio.submit(A_FOX, ALICE)).job.id for _ in range(3)]

    async with open_house(ledger=ledger, working=False) as house:
        await house.caretaker.resume()

        places = [house.studio.place(job) for job in jobs]
        assert [place.ahead for place in places if place] == [0, 1, 2]
        assert not house.line.tickets


async def test_what_was_taken_up_can_be_withdrawn_with_all_its_tiles() -> None:
    ledger = MemoryLedger()
    async with open_house(ledger=ledger, working=False) as house:
        job = (await house.studio.submit(ImageRequest(prompt="a herd", count=9), ALICE)).job.id

    async with open_house(ledger=ledger, working=False) as house:
        await house.caretaker.resume()
        assert len(house.line.queue) == 9

        assert await house.studio.cancel(job, ALICE)

        assert len(house.line.queue) == 0
        assert not house.line.jobs


async def test_what_waits_and_nobody_knows_is_taken_in_page_by_page() -> None:
    ledger = ShortPages()
    async with open_house(ledger=ledger, working=False) as house:
        await house.caretaker.resume()
        for number in range(2):
            await ledger.record(a_job(id=f"job {number}"))

        known = []
        for _ in range(4):
            await house.caretaker.sweep()
            known.append(sorted(house.line.jobs))

        assert known == [["job 0"], ["job 0", "job 1"], ["job 0", "job 1"], ["job 0", "job 1"]]
        assert house.line.bell.is_set()
        assert len(house.line.queue) == 2


class LosesAnswers(MemoryLedger):
    """Records, and cannot say so any more."""

    lost = True

    async def record(
        self, job: Job, allowance: Allowance = UNLIMITED, now: datetime | None = None
    ) -> Job:
        recorded = await super().record(job, allowance, now)
        if self.lost:
            raise StorageFailed("The database was stopped in the middle of that.")
        return recorded


async def test_nothing_is_taken_in_before_it_is_known_who_was_served() -> None:
    async with open_house(working=False) as house:
        await house.ledger.record(a_job())

        await house.caretaker.sweep()

        assert not house.line.jobs


async def test_a_job_whose_record_was_never_answered_is_painted_without_a_restart() -> None:
    ledger = LosesAnswers()
    async with open_house(ledger=ledger) as house:
        await house.caretaker.resume()
        house.painter.gate.set()
        with pytest.raises(StorageFailed):
            await house.studio.submit(A_FOX, ALICE)

        await house.caretaker.sweep()
        await until(lambda: not house.line.jobs)

        assert [job.status for job in ledger.jobs.values()] == [Status.DONE]


class SlowAnswer(MemoryLedger):
    """What is recorded can be seen by others before the one who asked knows of it."""

    def __init__(self) -> None:
        super().__init__()
        self.may = asyncio.Event()

    async def record(
        self, job: Job, allowance: Allowance = UNLIMITED, now: datetime | None = None
    ) -> Job:
        recorded = await super().record(job, allowance, now)
        await self.may.wait()
        return recorded


async def test_a_job_that_is_seen_before_its_record_is_answered_waits_once() -> None:
    ledger = SlowAnswer()
    async with open_house(ledger=ledger, working=False) as house:
        await house.caretaker.resume()
        asking = asyncio.create_task(house.studio.submit(A_FOX, ALICE))
        await until(lambda: bool(ledger.jobs))

        await house.caretaker.sweep()
        ledger.may.set()
        ticket = await asking

        assert house.line.tickets[ticket.job.id] is ticket
        assert len(house.line.queue) == 1


async def test_a_start_takes_up_at_once_what_a_dead_program_held() -> None:
    ledger = MemoryLedger()
    async with open_house(ledger=ledger, working=False) as house:
        for worker in ("dead", "alive"):
            ticket = await house.studio.submit(A_FOX, ALICE)
            await ledger.begin(ticket.job.id, worker, NOON.replace(year=NOON.year + 9))

    async with open_house(ledger=ledger, working=False) as house:
        caretaker = Caretaker(
            line=house.line,
            ledger=ledger,
            allowance=unlimited,
            now=lambda: NOON,
            is_gone=lambda worker: worker == "dead",
        )

        assert await caretaker.resume() == 1


async def test_a_command_that_was_killed_leaves_nothing_put_aside_where_no_program_serves() -> None:
    ledger = ShortPages()
    later = NOON + timedelta(days=2)
    for name, origin, worker, asked in (
        ("killed", TERMINAL, "dead", later),
        ("old", TERMINAL, None, NOON),
        ("young", TERMINAL, None, later),
        ("painted now", TERMINAL, "alive", later),
        ("page's", "page", "dead", later),
    ):
        await ledger.record(replace(a_job(id=name, submitted=asked), origin=origin))
        if worker:
            await ledger.begin(name, worker, later + timedelta(hours=1))
    async with open_house(ledger=ledger, working=False) as house:
        caretaker = Caretaker(
            line=house.line,
            ledger=ledger,
            allowance=unlimited,
            now=lambda: later,
            is_gone=lambda worker: worker == "dead",
        )

        await caretaker.bury()

        assert {name: job.status for name, job in ledger.jobs.items()} == {
            "killed": Status.CANCELLED,
            "old": Status.CANCELLED,
            "young": Status.QUEUED,
            "painted now": Status.PAINTING,
            "page's": Status.QUEUED,
        }
        assert ledger.purses.held(ALICE.id) == 3 * 800
        assert not house.line.jobs
