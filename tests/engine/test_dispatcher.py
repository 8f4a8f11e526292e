"""How jobs reach the painter."""

from engine.request import ImageRequest
from tests.engine.house import open_house, until
from tests.fakes import a_png
from tests.storage.samples import ALICE, BOB


async def test_no_more_tiles_are_painted_at_once_than_there_are_seats() -> None:
    async with open_house() as house:
        ticket = await house.studio.submit(ImageRequest(prompt="a fox", count=5), ALICE)
        await until(lambda: len(house.painter.painting) == 2)

        house.painter.gate.set()
        await ticket.pictures()

        assert len(house.painter.painted) == 5


async def test_two_people_are_painted_for_at_once() -> None:
    async with open_house() as house:
        await house.studio.submit(ImageRequest(prompt="a fox"), ALICE)
        await house.studio.submit(ImageRequest(prompt="a cat"), BOB)

        await until(lambda: len(house.painter.painting) == 2)

        assert {recipe.prompt for recipe in house.painter.painting} == {"a fox", "a cat"}


async def test_a_small_job_goes_before_what_is_left_of_a_large_one() -> None:
    async with open_house() as house:
        house.painter.seats = 2
        large = await house.studio.submit(ImageRequest(prompt="a herd", count=16), ALICE)
        await until(lambda: len(house.painter.painting) == 2)
        small = await house.studio.submit(ImageRequest(prompt="a fox"), BOB)

        house.painter.gate.set()
        await small.pictures()

        assert not large.ended


async def test_when_one_tile_fails_the_others_are_withdrawn() -> None:
    async with open_house() as house:
        ticket = await house.studio.submit(ImageRequest(prompt="{fail|a fox}", count=4), ALICE)
        await until(lambda: len(house.painter.painting) == 2)

        house.painter.gate.set()
        await until(lambda: ticket.ended)

        assert len(house.painter.painted) < 7


async def test_the_painter_gets_the_files_that_the_recipe_names() -> None:
    async with open_house() as house:
        house.painter.gate.set()
        digest = await house.studio.keep(a_png())

        ticket = await house.studio.submit(ImageRequest(prompt="a fox", image=digest), ALICE)
        await ticket.pictures()

        assert house.painter.sources == [{digest: a_png()}]


async def test_what_was_measured_becomes_the_price() -> None:
    async with open_house() as house:
        house.painter.gate.set()
        request = ImageRequest(prompt="a fox", fresh=True)
        for _ in range(30):
            await (await house.studio.submit(request, ALICE)).pictures()

        assert abs(house.studio.quote(request).price - 0.5) < 0.05
