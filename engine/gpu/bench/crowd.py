"""People at the engine: how many jobs are with it at a time, and who comes when."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from time import perf_counter

from engine.gpu.bench.measured import Run
from engine.job import Recipe
from engine.ports import Painter

IN_FLIGHT = 8


async def paint_all(painter: Painter, recipes: Sequence[Recipe], *, in_flight: int) -> Run:
    """Everybody is in line from the start; a wait begins when the engine gets the job."""
    room = asyncio.Semaphore(in_flight)
    waits = [0.0] * len(recipes)
    pictures = [b""] * len(recipes)

    async def paint(number: int) -> None:
        async with room:
            asked = perf_counter()
            picture = await painter.paint(recipes[number], {}, lambda step, preview: None)
            waits[number] = perf_counter() - asked
            pictures[number] = picture.png

    started = perf_counter()
    async with _people() as group:
        for number in range(len(recipes)):
            group.create_task(paint(number))
    seconds = perf_counter() - started
    return Run(seconds=seconds, waits=tuple(waits), pictures=tuple(pictures))


async def waits_of_short_jobs(
    painter: Painter, long: Sequence[Recipe], short: Sequence[Recipe], *, in_flight: int
) -> tuple[float, ...]:
    """How long each short job waited, from coming to picture, while the long ones are painted.

    The long ones come together, the short ones one by one, each when the long ones have done so
    much more of their steps. So both ways see the same people, however fast the machine is. With
    one job in flight this is first come, first served.
    """
    room = asyncio.Semaphore(in_flight)
    done = [0] * len(long)
    left = list(short)
    waits: list[float] = []
    every = sum(recipe.steps for recipe in long) / (len(short) + 1)

    async with _people() as group:

        async def paint_long(number: int) -> None:
            def told(step: int, preview: bytes | None) -> None:
                done[number] = step
                while left and sum(done) >= every * (len(short) - len(left) + 1):
                    group.create_task(paint_short(left.pop(0), perf_counter()))

            async with room:
                await painter.paint(long[number], {}, told)

        async def paint_short(recipe: Recipe, came: float) -> None:
            async with room:
                await painter.paint(recipe, {}, lambda step, preview: None)
            waits.append(perf_counter() - came)

        for number in range(len(long)):
            group.create_task(paint_long(number))
    return tuple(waits)


@asynccontextmanager
async def _people() -> AsyncIterator[asyncio.TaskGroup]:
    """Where one job fails all others are withdrawn, and its own error comes out."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
