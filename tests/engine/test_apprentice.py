"""The first price is a measured one."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from engine.apprentice import follow_speeds, learn_speeds
from engine.crew import Crew
from engine.curve import Curve
from engine.errors import PaintingFailed
from engine.job import Picture, Recipe
from engine.ports import Tell
from engine.price import Speed
from engine.request import ImageRequest
from engine.tariff import Tariff
from engine.tiles import tiles_of
from tests.fakes import BOOK, FakePainter


def price_of(tariff: Tariff, **asked: Any) -> float:
    tiles = tiles_of(ImageRequest(prompt="a fox", **asked), BOOK, seed=0)
    return tariff.price([tile.recipe for tile in tiles])


async def test_what_was_never_timed_is_painted_once() -> None:
    tariff, painter = Tariff(), FakePainter()
    painter.gate.set()
    guessed = price_of(tariff)

    await learn_speeds(tariff, Crew(painter))
    await learn_speeds(tariff, Crew(painter))

    assert len(painter.painted) == 1
    assert price_of(tariff) == 0.5 != guessed


class Clumsy(FakePainter):
    """Has no paint."""

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        raise PaintingFailed("The paint ran out.")


async def test_a_first_picture_that_fails_leaves_a_guess() -> None:
    tariff = Tariff()

    await learn_speeds(tariff, Crew(Clumsy()))

    assert not tariff.knows(tiles_of(ImageRequest(prompt="a fox"), BOOK, seed=0)[0].recipe)


CURVE = Curve(width=128, height=128, steps=((2, 0.5),), alone=Speed(row_step=0.25, rest=1.0))
LARGER = Curve(
    width=192, height=192, steps=((1, 2.0), (2, 3.0)), alone=Speed(row_step=1.5, rest=4.0)
)


@dataclass
class Measured(FakePainter):
    """Knows from its start how quick it is."""

    curves: Mapping[str, tuple[Curve, ...]] = field(
        default_factory=lambda: {BOOK.name: (CURVE, LARGER)}
    )


async def test_who_measured_itself_paints_no_first_picture() -> None:
    tariff, painter = Tariff(), Measured()

    await learn_speeds(tariff, Crew(painter))

    # Four steps of two rows, and what is done besides.
    assert price_of(tariff) == 8 * 0.25 + 1.0
    assert painter.painting == []


async def test_a_larger_picture_has_the_price_that_was_measured_there() -> None:
    tariff = Tariff()

    await learn_speeds(tariff, Crew(Measured()))

    assert price_of(tariff, width=192, height=192) == 8 * 1.5 + 4.0
    # Nothing but pixels in between: from the nearer size.
    assert 8 * 0.25 + 1.0 < price_of(tariff, width=144, height=144) < 8 * 1.5 + 4.0


async def test_a_row_without_guidance_has_the_price_of_a_step_with_one() -> None:
    tariff = Tariff()

    await learn_speeds(tariff, Crew(Measured()))

    assert price_of(tariff, width=192, height=192, guidance=1.0) == 4 * 2.0 + 4.0
    # Rather from a larger one without guidance than from a nearer one with it.
    smaller = (4 * 2.0 + 4.0) * (128 / 192) ** 2.2
    assert price_of(tariff, guidance=1.0) == pytest.approx(smaller, abs=0.01)


async def test_what_pictures_took_is_believed_rather_than_what_was_measured() -> None:
    tariff, painter = Tariff(), Measured()
    [tile] = tiles_of(ImageRequest(prompt="a fox"), BOOK, seed=0)
    tariff.observe(tile.recipe, 7.0, painter.name)

    await learn_speeds(tariff, Crew(painter))

    assert price_of(tariff) == pytest.approx(7.0)


async def test_pictures_correct_what_was_measured() -> None:
    tariff, painter = Tariff(), Measured()
    [tile] = tiles_of(ImageRequest(prompt="a fox"), BOOK, seed=0)
    await learn_speeds(tariff, Crew(painter))
    measured = price_of(tariff)

    for _ in range(20):
        tariff.observe(tile.recipe, 2.0, painter.name)

    assert price_of(tariff) == pytest.approx(2.0, rel=0.02) != measured


class Pauses:
    """Takes no time until it was asked for so often, and then all of it."""

    def __init__(self, most: int) -> None:
        self.left, self.over = most, asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        assert seconds > 0
        self.left -= 1
        if self.left < 0:
            self.over.set()
            await asyncio.Event().wait()


async def followed(tariff: Tariff, *painters: FakePainter) -> None:
    """As long as it takes to look once."""
    pauses = Pauses(1)
    following = asyncio.create_task(follow_speeds(tariff, Crew(*painters), pause=pauses))
    await pauses.over.wait()
    following.cancel()
    await asyncio.wait({following})


QUICKER = replace(CURVE, alone=Speed(row_step=0.125, rest=1.0), compiled=(2,))


async def test_what_is_measured_again_is_in_the_next_price() -> None:
    tariff, painter = Tariff(), Measured()
    await learn_speeds(tariff, Crew(painter))
    before = price_of(tariff)

    painter.curves = {BOOK.name: (QUICKER,)}
    await followed(tariff, painter)

    assert (before, price_of(tariff)) == (8 * 0.25 + 1.0, 8 * 0.125 + 1.0)


async def test_what_is_measured_again_is_in_the_price_after_a_restart() -> None:
    tariff, painter = Tariff(), Measured()
    await learn_speeds(tariff, Crew(painter))
    again = Tariff.from_json(tariff.to_json())

    await learn_speeds(again, Crew(Measured(curves={BOOK.name: (QUICKER,)})))

    assert price_of(again) == 8 * 0.125 + 1.0


async def test_what_pictures_took_stays_when_it_is_measured_again() -> None:
    tariff, painter = Tariff(), Measured()
    [tile] = tiles_of(ImageRequest(prompt="a fox"), BOOK, seed=0)
    await learn_speeds(tariff, Crew(painter))
    tariff.observe(tile.recipe, 3.0, painter.name)
    taught = price_of(tariff)

    painter.curves = {BOOK.name: (QUICKER,)}
    await followed(tariff, painter)
    restarted = Tariff.from_json(tariff.to_json())
    await learn_speeds(restarted, Crew(painter))

    assert taught == price_of(tariff) == price_of(restarted)


async def test_who_measures_nothing_is_followed_without_a_word() -> None:
    tariff, painter = Tariff(), FakePainter()

    await followed(tariff, painter)

    assert painter.painting == []
    assert not tariff.knows(tiles_of(ImageRequest(prompt="a fox"), BOOK, seed=0)[0].recipe)
