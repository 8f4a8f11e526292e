"""People at a painter: how many are in flight, and who comes when."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from engine.card import ModelCard
from engine.errors import PaintingFailed
from engine.gpu.bench.crowd import paint_all, waits_of_short_jobs
from engine.job import Picture, Recipe
from engine.ports import Tell
from tests.engine.gpu.together import CARD, recipe
from tests.fakes import StandIn


@dataclass
class StepPainter(StandIn):
    """Paints a step of everybody at a time, and writes down what happens."""

    cards: Mapping[str, ModelCard] = field(default_factory=lambda: {CARD.name: CARD})
    seats: int = 8
    busy: int = 0
    busiest: int = 0
    log: list[str] = field(default_factory=list)

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        if recipe.prompt == "broken":
            raise PaintingFailed("It broke.")
        self.log.append(f"begin {recipe.prompt}")
        self.busy += 1
        self.busiest = max(self.busy, self.busiest)
        for step in range(recipe.steps):
            await asyncio.sleep(0)
            tell(step + 1, None)
        self.busy -= 1
        self.log.append(f"end {recipe.prompt}")
        return Picture(recipe=recipe, png=recipe.prompt.encode(), seconds=1.0)


def jobs(*names: str, steps: int = 4) -> list[Recipe]:
    return [recipe(prompt=name, steps=steps) for name in names]


@pytest.mark.parametrize("in_flight", [1, 2, 8])
async def test_so_many_are_in_flight_and_not_one_more(in_flight: int) -> None:
    painter = StepPainter()

    await paint_all(painter, jobs(*"abcdefghij"), in_flight=in_flight)

    assert painter.busiest == in_flight


async def test_pictures_stand_in_the_order_of_their_jobs() -> None:
    mixed = [recipe(prompt="slow", steps=9), recipe(prompt="quick", steps=1)]

    run = await paint_all(StepPainter(), mixed, in_flight=2)

    assert run.pictures == (b"slow", b"quick")
    assert run.waits[1] < run.waits[0] <= run.seconds


async def test_a_job_that_fails_ends_the_measurement() -> None:
    painter = StepPainter()

    with pytest.raises(PaintingFailed, match="It broke"):
        await paint_all(painter, jobs("a", "broken", "b"), in_flight=1)

    assert "end b" not in painter.log


async def test_short_jobs_come_one_by_one_while_the_long_ones_are_painted() -> None:
    painter = StepPainter()

    waits = await waits_of_short_jobs(
        painter, jobs("x", "y", steps=20), jobs("s", "t", "u", steps=1), in_flight=8
    )

    assert len(waits) == 3
    assert painter.log == [
        *("begin x", "begin y", "begin s", "end s", "begin t", "end t", "begin u", "end u"),
        *("end x", "end y"),
    ]


async def test_with_one_in_flight_who_came_first_is_served_first() -> None:
    painter = StepPainter()

    waits = await waits_of_short_jobs(
        painter, jobs("x", "y", steps=20), jobs("s", "t", steps=1), in_flight=1
    )

    begun = [line for line in painter.log if line.startswith("begin")]
    assert begun == ["begin x", "begin y", "begin s", "begin t"]
    # The first came sooner, and both were served at the end.
    assert waits[0] > waits[1]
