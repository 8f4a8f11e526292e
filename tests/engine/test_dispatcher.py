"""How tiles reach the painter, and what becomes of them."""

import asyncio
import gc
from dataclasses import replace

from engine.allowance import UNLIMITED
from engine.job import Status
from engine.queue import FairQueue
from engine.request import ImageRequest
from tests.engine.house import open_house, until
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
    async with open_house(seats=1, limit=1000) as house:
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


class Till(FairQueue):
    """A queue that remembers what was paid."""

    def __init__(self) -> None:
        super().__init__()
        self.paid: list[float | None] = []

    def done(self, job: str, spent: float | None = None, *, closed: bool = True) -> int:
        self.paid.append(spent)
        return super().done(job, spent, closed=closed)


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


async def test_the_painter_gets_the_files_that_the_recipe_names() -> None:
    async with open_house() as house:
        house.painter.gate.set()
        digest = await house.studio.keep(a_png(), ALICE)

        ticket = await house.studio.submit(ImageRequest(prompt="a fox", image=digest), ALICE)
        await ticket.pictures()

        assert house.painter.sources == [{digest: a_png()}]


async def test_a_picture_from_history_counts_as_painted() -> None:
    known = ImageRequest(prompt="a fox", seed=7)
    async with open_house() as house:
        house.painter.gate.set()
        await (await house.studio.submit(known, ALICE)).pictures()

        both = known.model_copy(update={"count": 2})
        again = await house.studio.submit(both, ALICE)
        await again.pictures()

        assert again.latest[0].step == again.latest[0].steps


async def test_what_was_measured_becomes_the_price() -> None:
    async with open_house() as house:
        house.painter.gate.set()
        request = ImageRequest(prompt="a fox", fresh=True)
        for _ in range(30):
            await (await house.studio.submit(request, ALICE)).pictures()

        assert abs((await house.studio.quote(request)).price - 0.5) < 0.05


async def test_a_job_that_nobody_watches_is_painted_all_the_same() -> None:
    async with open_house(seats=1, working=True) as house:
        await house.studio.submit(ImageRequest(prompt="a cat"), BOB)
        await until(lambda: bool(house.painter.painting))
        job = (await house.studio.submit(A_FOX, ALICE)).job.id
        await asyncio.sleep(0)  # until then the loop itself holds the answer
        gc.collect()
        waiting = house.studio.ticket(job), house.studio.place(job)

        house.painter.gate.set()
        await until(lambda: not house.line.jobs)

        assert waiting[0] is None
        assert waiting[1] is not None
        assert (await house.ledger.job(job)).status == Status.DONE
