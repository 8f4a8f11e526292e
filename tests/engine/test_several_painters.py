"""One line of jobs, and painters that come, break down and go."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import pytest

from engine.crew import Crew
from engine.errors import PainterGone, PaintingFailed, StorageFailed
from engine.job import Owner, Picture, Recipe, Status
from engine.ports import Tell
from engine.request import ImageRequest
from engine.ticket import Ticket
from storage.memory import MemoryLedger
from tests.engine.house import House, open_house, until
from tests.fakes import FakePainter

ALICE, BOB = Owner(id="discord:1"), Owner(id="discord:2")


@dataclass
class Fragile(FakePainter):
    """One that can break down, and come back."""

    broken: asyncio.Event = field(default_factory=asyncio.Event)

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        painted = asyncio.ensure_future(super().paint(recipe, sources, tell))
        broken = asyncio.ensure_future(self.broken.wait())
        try:
            await asyncio.wait({painted, broken}, return_when=asyncio.FIRST_COMPLETED)
            if not painted.done():
                raise PainterGone("The painter broke down.")
            return await painted
        finally:
            painted.cancel()
            broken.cancel()

    def break_down(self) -> None:
        self.alive = False
        self.broken.set()

    def come_back(self, crew: Crew) -> None:
        self.alive, self.broken = True, asyncio.Event()
        crew.changed()


@pytest.fixture
def one() -> Fragile:
    return Fragile(name="one")


@pytest.fixture
def other() -> Fragile:
    return Fragile(name="other")


async def ask(house: House, prompt: str, *, count: int = 1, owner: Owner = ALICE) -> Ticket:
    return await house.studio.submit(ImageRequest(prompt=prompt, count=count), owner)


async def taken_back(house: House) -> None:
    """What every second does by itself in the program."""
    line = house.line
    await until(lambda: bool(line.elsewhere) and line.painting.keys().isdisjoint(line.elsewhere))
    await house.caretaker.sweep()


def begun(painter: Fragile, tiles: int) -> bool:
    return len(painter.painting) == tiles


async def test_all_of_them_paint_what_is_in_the_line(one: Fragile, other: Fragile) -> None:
    async with open_house(crew=Crew(one, other), painter=one) as house:
        tickets = [await ask(house, f"a fox {number}") for number in range(4)]
        await until(lambda: len(one.painting) == len(other.painting) == 2)
        one.gate.set()
        other.gate.set()

        for ticket in tickets:
            assert len(await ticket.pictures()) == 1


async def test_what_a_painter_that_broke_down_painted_another_paints(
    one: Fragile, other: Fragile
) -> None:
    async with open_house(crew=Crew(one, other), painter=one) as house:
        fox, hen = await ask(house, "a fox"), await ask(house, "a hen", owner=BOB)
        await until(lambda: len(one.painting) == len(other.painting) == 1)
        lost = {"a fox": fox, "a hen": hen}[one.painting[0].prompt]
        kept = hen if lost is fox else fox

        one.break_down()
        await taken_back(house)
        await until(lambda: len(other.painting) == 2)
        other.gate.set()

        assert len(await lost.pictures()) == len(await kept.pictures()) == 1
        assert (await house.ledger.job(lost.job.id)).attempt == 2
        assert (await house.ledger.job(kept.job.id)).attempt == 1
        assert other.withdrawn == []
        assert len(await house.ledger.pictures(lost.job.id)) == 1


async def test_a_job_that_is_painted_by_both_waits_again_as_a_whole(
    one: Fragile, other: Fragile
) -> None:
    async with open_house(crew=Crew(one, other), painter=one) as house:
        ticket = await ask(house, "a fox", count=2)
        await until(lambda: len(one.painting) == len(other.painting) == 1)

        one.break_down()
        await taken_back(house)
        await until(lambda: len(other.painting) == 3)
        other.gate.set()

        assert len(await ticket.pictures()) == 2
        assert len(other.withdrawn) == 1
        assert (await house.ledger.job(ticket.job.id)).attempt == 2


async def test_a_job_that_breaks_every_painter_is_given_up_and_costs_nothing(
    one: Fragile,
) -> None:
    crew = Crew(one)
    async with open_house(crew=crew, painter=one) as house:
        ticket = await ask(house, "poison")
        for painted in range(1, 4):
            await until(partial(begun, one, painted))
            one.break_down()
            await taken_back(house)
            one.come_back(crew)

        with pytest.raises(PaintingFailed, match="3 times"):
            await ticket.pictures()
        job = await house.ledger.job(ticket.job.id)
        assert (job.status, job.spent) == (Status.FAILED, 0)


async def test_whoever_was_there_when_it_broke_down_is_not_blamed(
    one: Fragile, other: Fragile
) -> None:
    crew = Crew(one)
    async with open_house(crew=crew, painter=one) as house:
        poison, fox = await ask(house, "poison"), await ask(house, "a fox", owner=BOB)
        await until(lambda: len(one.painting) == 2)
        one.break_down()
        await taken_back(house)
        crew.join(other)
        one.come_back(crew)
        await until(lambda: len(one.painting) + len(other.painting) == 4)

        # Two that were there are painted by two painters, or one after the other.
        assert {recipe.prompt for recipe in (*one.painting[2:], *other.painting)} == {
            "poison",
            "a fox",
        }
        assert len(other.painting) == 1
        one.gate.set()
        other.gate.set()
        assert len(await fox.pictures()) == len(await poison.pictures()) == 1


async def test_where_nobody_is_left_jobs_wait_until_somebody_is_back(one: Fragile) -> None:
    crew = Crew(one)
    async with open_house(crew=crew, painter=one) as house:
        ticket = await ask(house, "a fox")
        await until(lambda: len(one.painting) == 1)
        one.break_down()
        await taken_back(house)
        assert house.studio.place(ticket.job.id) is not None

        one.come_back(crew)
        one.gate.set()

        assert len(await ticket.pictures()) == 1


async def test_who_is_to_leave_ends_what_it_paints(one: Fragile, other: Fragile) -> None:
    crew = Crew(one, other)
    async with open_house(crew=crew, painter=one) as house:
        fox = await ask(house, "a fox")
        await until(lambda: len(one.painting) == 1)
        crew.let_leave(crew.named("one"))
        hen = await ask(house, "a hen")
        await until(lambda: len(other.painting) == 1)
        one.gate.set()
        other.gate.set()

        assert len(await fox.pictures()) == len(await hen.pictures()) == 1
        assert [recipe.prompt for recipe in one.painted] == ["a fox"]


async def test_who_joins_while_jobs_wait_gets_some_at_once(one: Fragile, other: Fragile) -> None:
    crew = Crew(one)
    async with open_house(crew=crew, painter=one) as house:
        for number in range(4):
            await ask(house, f"a fox {number}")
        await until(lambda: len(one.painting) == 2)

        crew.join(other)
        await until(lambda: len(other.painting) == 2)


async def test_each_painter_is_timed_by_itself(one: Fragile, other: Fragile) -> None:
    async with open_house(crew=Crew(one, other), painter=one) as house:
        tickets = [await ask(house, f"a fox {number}") for number in range(2)]
        await until(lambda: len(one.painting) == len(other.painting) == 1)
        one.gate.set()
        other.gate.set()
        for ticket in tickets:
            await ticket.pictures()

        recipe = tickets[0].job.tiles[0].recipe
        assert house.tariff.knows(recipe, "one")
        assert house.tariff.knows(recipe, "other")
        assert not house.tariff.knows(recipe, "nobody")


class Away(MemoryLedger):
    """It cannot be told of what was lost."""

    async def lose(self, job: str, attempt: int, now: object) -> None:
        raise StorageFailed("The database is away.")


async def test_where_the_ledger_is_away_the_lease_takes_the_job_back(
    one: Fragile, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_house(crew=Crew(one), painter=one, ledger=Away()) as house:
        ticket = await ask(house, "a fox")
        await until(lambda: len(one.painting) == 1)
        one.break_down()
        await until(lambda: bool(house.line.elsewhere) and not house.line.painting)

        assert (await house.ledger.job(ticket.job.id)).status is Status.PAINTING
        assert "end of its lease" in caplog.text
