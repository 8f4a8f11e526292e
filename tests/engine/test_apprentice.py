"""The first price is a measured one."""

from collections.abc import Mapping

from engine.apprentice import learn_speeds
from engine.crew import Crew
from engine.errors import PaintingFailed
from engine.job import Picture, Recipe
from engine.ports import Tell
from engine.request import ImageRequest
from engine.tariff import Tariff
from engine.tiles import tiles_of
from tests.fakes import BOOK, FakePainter


def price_of(tariff: Tariff) -> float:
    tiles = tiles_of(ImageRequest(prompt="a fox"), BOOK, seed=0)
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
