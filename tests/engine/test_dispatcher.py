"""How tiles reach the painter, and what becomes of them."""

import asyncio
import gc
from dataclasses import replace
from datetime import datetime

import pytest

from engine.allowance import UNLIMITED
from engine.errors import PainterLost, StorageFailed
from engine.job import Job, Status
from engine.queue import FairQueue
from engine.request import ImageRequest
from storage.memory import MemoryLedger
from tests.engine.house import FullDisk, open_house, until
from tests.fakes import a_png
from tests.storage.samples import ALICE, BOB

A_FOX = ImageRequest(prompt="a fox")
A_HERD = ImageRequest(prompt="a herd", count=16)


async def test_no_more_tiles_are_painted_at_once_than_there_are_seats() -> None:
    async with open_house(seats=3) as house:
        ticket = await house.studio.submit(A_HERD, ALICE)
        await until(lambda: len(house.painter.painting) == 3)
        for _ in range(50):
            await asyncio.sleep(0)

        assert len(house.painter.painting) == 3
        house.painter.gate.set()
        assert len(await ticket.pictures()) == 16


async def test_the_pictures_come_in_the_order_of_the_tiles() -> None:
    async with open_house(seats=4) as house:
        house.painter.gate.set()

        ticket = await house.studio.submit(A_HERD, ALICE)

        recipes = [picture.recipe for picture in await ticket.pictures()]
        assert recipes == [tile.recipe for tile in ticket.job.tiles]


async def test_two_people_are_painted_for_at_once() -> None:
    async with open_house() as house:
        await house.studio.submit(A_FOX, ALICE)
        await house.studio.submit(ImageRequest(prompt="a cat"), BOB)

        await until(lambda: len(house.painter.painting) == 2)

        assert {recipe.prompt for recipe in house.painter.painting} == {"a fox", "a cat"}


async def test_a_small_job_goes_before_what_is_left_of_a_large_one() -> None:
    async with open_house(seats=1) as house:
        await house.studio.submit(A_HERD, ALICE)
        await until(lambda: bool(house.painter.painting))
        small = await house.studio.submit(A_FOX, BOB)

        house.painter.gate.set()
        await small.pictures()

        herd = [recipe for recipe in house.painter.painted if recipe.prompt == "a herd"]
        assert len(herd) <= 2


async def test_many_small_jobs_do_not_hold_a_large_one_up_for_ever() -> None:
    async with open_house(seats=1) as house:
        large = await house.studio.submit(ImageRequest(prompt="a herd", count=4), ALICE)
        for _ in range(40):
            await house.studio.submit(A_FOX, BOB)

        house.painter.gate.set()
        await large.pictures()

        assert len(house.painter.painted) < 12


async def test_somebody_at_the_cap_leaves_the_other_seats_to_others() -> None:
    capped = replace(UNLIMITED, most_running=1)
    async with open_house(seats=2, allowance=capped) as house:
        await house.studio.submit(A_HERD, ALICE)
        await house.studio.submit(A_FOX, BOB)

        await until(lambda: len(house.painter.painting) == 2)

        assert {recipe.prompt for recipe in house.painter.painting} == {"a fox", "a herd"}


async def test_when_one_tile_fails_nothing_more_of_the_job_is_painted() -> None:
    async with open_house(seats=1) as house:
        house.painter.gate.set()
        ticket = await house.studio.submit(ImageRequest(prompt="{fail|a fox}", count=4), ALICE)

        await until(lambda: ticket.ended)

        assert house.painter.painted == []
        assert len(house.line.queue) == 0
        assert (await house.ledger.job(ticket.job.id)).problem == "The paint ran out."


async def test_withdrawing_one_job_leaves_the_seats_to_the_next() -> None:
    async with open_house(seats=2) as house:
        withdrawn = await house.studio.submit(A_HERD, ALICE)
        await until(lambda: len(house.painter.painting) == 2)
        waiting = await house.studio.submit(ImageRequest(prompt="a cat", count=4), BOB)

        assert await house.studio.cancel(withdrawn.job.id, ALICE)
        house.painter.gate.set()

        assert len(await waiting.pictures()) == 4
        assert len(house.painter.withdrawn) == 2


class SlowBegin(MemoryLedger):
    """Begins a job only once the gate is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.gate = asyncio.Event(), asyncio.Event()

    async def begin(self, job: str, worker: str, until: datetime) -> Job:
        self.asked.set()
        await self.gate.wait()
        return await super().begin(job, worker, until)


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
        begun = ticket.begun
        assert begun is not None
        await asyncio.wait([begun])
        ticket.begun = begun = None
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


class Till(FairQueue):
    """A queue that remembers what was paid."""

    def __init__(self) -> None:
        super().__init__()
        self.paid: list[float | None] = []

    def done(self, job: str, spent: float | None = None) -> None:
        self.paid.append(spent)
        super().done(job, spent)


async def test_a_withdrawn_tile_pays_for_the_steps_that_were_painted() -> None:
    async with open_house() as house:
        till = house.line.queue = Till()
        ticket = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: bool(ticket.latest))

        await house.studio.cancel(ticket.job.id, ALICE)
        await until(lambda: bool(till.paid))

        assert till.paid == [ticket.job.price / 4]


async def test_a_finished_tile_pays_what_it_took() -> None:
    async with open_house() as house:
        till = house.line.queue = Till()
        house.painter.gate.set()

        await (await house.studio.submit(A_FOX, ALICE)).pictures()
        await until(lambda: bool(till.paid))

        assert till.paid == [0.5]


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


async def test_the_painter_gets_the_files_that_the_recipe_names() -> None:
    async with open_house() as house:
        house.painter.gate.set()
        digest = await house.studio.keep(a_png())

        ticket = await house.studio.submit(ImageRequest(prompt="a fox", image=digest), ALICE)
        await ticket.pictures()

        assert house.painter.sources == [{digest: a_png()}]


async def test_a_picture_from_history_counts_as_painted() -> None:
    known = ImageRequest(prompt="a fox", seed=7)
    async with open_house() as house:
        house.painter.gate.set()
        await (await house.studio.submit(known, ALICE)).pictures()

        again = await house.studio.submit(known, ALICE)
        await again.pictures()

        assert again.latest[0].step == again.latest[0].steps


async def test_what_was_measured_becomes_the_price() -> None:
    async with open_house() as house:
        house.painter.gate.set()
        request = ImageRequest(prompt="a fox", fresh=True)
        for _ in range(30):
            await (await house.studio.submit(request, ALICE)).pictures()

        assert abs((await house.studio.quote(request)).price - 0.5) < 0.05
