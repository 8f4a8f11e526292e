"""A painter that takes its time as a card does."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from engine.errors import Cancelled
from engine.job import Picture, Recipe
from engine.meter import Measured, Stepped
from engine.simulation.painter import InstantPainter, SimulatedPainter
from engine.simulation.virtual_time import VirtualTime, in_virtual_time
from tests.engine.simulation.cases import LARGE, REST, SECONDS, SMALL, UNGUIDED, asks

Work = Callable[[SimulatedPainter, VirtualTime], Awaitable[None]]


def quiet(step: int, preview: bytes | None) -> None:
    """Nobody looks on."""


async def painted(work: Work, *, most_rows: int = 4) -> SimulatedPainter:
    async def main(loop: VirtualTime) -> SimulatedPainter:
        painter = SimulatedPainter("card", timetable=SECONDS, most_rows=most_rows)
        running = asyncio.create_task(painter.run())
        await work(painter, loop)
        running.cancel()
        return painter

    return await in_virtual_time(main)


async def ends(painter: SimulatedPainter, recipes: Sequence[Recipe]) -> list[float]:
    loop = asyncio.get_running_loop()

    async def paint(recipe: Recipe) -> float:
        await painter.paint(recipe, {}, quiet)
        return loop.time()

    return list(await asyncio.gather(*map(paint, recipes)))


async def test_alone_a_picture_takes_what_the_table_says_and_tells_each_step() -> None:
    [one] = asks((0.0, 3))
    told = list[tuple[int, float]]()

    async def work(painter: SimulatedPainter, loop: VirtualTime) -> None:
        def tell(step: int, preview: bytes | None) -> None:
            told.append((step, loop.time()))

        picture = await painter.paint(one.recipe, {}, tell)
        assert picture.seconds == pytest.approx(3 + REST)
        assert loop.time() == pytest.approx(3 + REST)

    await painted(work)

    assert told == [(1, 1.5), (2, 2.5), (3, 3.5)]


async def test_two_that_fit_share_every_step() -> None:
    first, second = (one.recipe for one in asks((0.0, 3), (0.0, 3)))

    async def work(painter: SimulatedPainter, loop: VirtualTime) -> None:
        assert await ends(painter, [first, second]) == pytest.approx([4.25, 4.5])

    assert (await painted(work)).forwards == 6


async def test_what_does_not_fit_into_a_step_takes_turns() -> None:
    recipes = [one.recipe for one in asks((0.0, 2), (0.0, 2), (0.0, 2))]

    async def work(painter: SimulatedPainter, loop: VirtualTime) -> None:
        # Words until 1.5 s, then three turns of two pictures each.
        assert await ends(painter, recipes) == pytest.approx([3.75, 5.0, 5.25])

    await painted(work)


async def test_a_small_picture_beside_a_large_one_waits_for_its_steps_only() -> None:
    [large] = asks((0.0, 3), kind=LARGE)
    [small] = asks((0.0, 2), kind=SMALL)

    async def work(painter: SimulatedPainter, loop: VirtualTime) -> None:
        done = await ends(painter, [large.recipe, small.recipe])
        # A large step, both small ones, and the rest of the large picture.
        assert done == pytest.approx([15.5, 7.25])

    await painted(work)


async def test_a_withdrawn_picture_leaves_the_card_to_the_others() -> None:
    first, second = (one.recipe for one in asks((0.0, 50), (0.0, 2)))

    async def work(painter: SimulatedPainter, loop: VirtualTime) -> None:
        long = asyncio.create_task(painter.paint(first, {}, quiet))
        await asyncio.sleep(2)
        long.cancel()
        [end] = await ends(painter, [second])
        assert end == pytest.approx(2.5 + 0.5 + 2 + 0.25)

    # Side by side they would not fit into a step.
    await painted(work, most_rows=2)


async def test_time_in_which_the_event_loop_was_late_is_made_up_for() -> None:
    [one] = asks((0.0, 4))

    async def work(painter: SimulatedPainter, loop: VirtualTime) -> None:
        painting = asyncio.create_task(painter.paint(one.recipe, {}, quiet))
        await asyncio.sleep(1)
        loop.jump(2.25)  # as if something had held it up
        await painting
        assert loop.time() == pytest.approx(4 + REST)

    await painted(work)


async def test_time_in_which_a_card_had_nothing_to_do_is_lost() -> None:
    [one] = asks((0.0, 3))

    async def work(painter: SimulatedPainter, loop: VirtualTime) -> None:
        await asyncio.sleep(100)
        assert await ends(painter, [one.recipe]) == pytest.approx([100 + 3 + REST])

    await painted(work)


async def test_who_shares_a_step_pays_for_a_part_of_it() -> None:
    [guided], [unguided] = asks((0.0, 3)), asks((0.0, 3), kind=UNGUIDED)

    async def work(painter: SimulatedPainter, loop: VirtualTime) -> None:
        pictures = await asyncio.gather(
            *(painter.paint(one.recipe, {}, quiet) for one in (guided, unguided))
        )
        # Two rows of three, and one of them.
        expected = [2 + REST, 1 + REST]
        assert [picture.seconds for picture in pictures] == pytest.approx(expected)

    await painted(work)


async def test_steps_are_measured_with_their_rows() -> None:
    recipes = [one.recipe for one in asks((0.0, 1), (0.0, 1))]
    measured = list[Measured]()

    async def work(painter: SimulatedPainter, loop: VirtualTime) -> None:
        painter.meter.add(measured.append)
        await ends(painter, recipes)

    await painted(work)

    assert measured == [Stepped(model="sd15", seconds=1.0, tiles=2, rows=4)]


async def test_a_card_that_is_put_away_paints_nothing_more() -> None:
    [one] = asks((0.0, 3))

    async def main(loop: VirtualTime) -> None:
        painter = SimulatedPainter("card", timetable=SECONDS)
        running = asyncio.create_task(painter.run())
        painting = asyncio.create_task(painter.paint(one.recipe, {}, quiet))
        await asyncio.sleep(1)
        running.cancel()
        await painting

    with pytest.raises(Cancelled):
        await in_virtual_time(main)


async def test_an_instant_painter_tells_every_step_and_takes_no_time() -> None:
    [one] = asks((0.0, 3))
    told = list[int]()

    async def main(loop: VirtualTime) -> Picture:
        painter = InstantPainter("instant")
        picture = await painter.paint(one.recipe, {}, lambda step, preview: told.append(step))
        assert loop.time() == 0
        return picture

    picture = await in_virtual_time(main)

    assert told == [1, 2, 3]
    assert (picture.seconds, picture.recipe) == (0.0, one.recipe)
