"""A round of the comparison: every way once, one after the other, with the same jobs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from engine.card import ModelCard
from engine.gpu.bench.crowd import IN_FLIGHT, paint_all, waits_of_short_jobs
from engine.gpu.bench.measured import Run
from engine.gpu.bench.mix import JOBS, UNGUIDED, jobs_of_round, recipe_for
from engine.gpu.bench.stock import Stock
from engine.job import Recipe
from engine.ports import Painter

STOCK, SOLO, BATCHED = "stock", "solo", "batched"
FIFO, SHORT = "fifo", "short"

Tell = Callable[[int, str], None]
"""Called with the number of a round and the way that comes next in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """How many jobs of which kind there are. In a round `short` ones come among `long` ones."""

    jobs: int = JOBS
    long: int = 6
    short: int = 8
    long_steps: int = 30
    short_steps: int = 4
    grid_steps: tuple[int, ...] = (20, 50)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What was measured in it. `fifo` and `short` are the waits of the short jobs."""

    recipes: Sequence[Recipe]
    stock: Run
    solo: Run
    batched: Run
    fifo: Sequence[float]
    short: Sequence[float]


class Rounds:
    """Paints rounds. Both sides are warm after `warm_up`."""

    def __init__(self, stock: Stock, painter: Painter, card: ModelCard, crowd: Crowd) -> None:
        self._stock, self._painter, self._card, self._crowd = stock, painter, card, crowd

    async def warm_up(self) -> None:
        """What is new to a device takes longer: every size, with and without guidance."""
        jobs = jobs_of_round(self._card, 0, self._crowd.jobs)
        new = {(job.width, job.height, job.guidance > 1): replace(job, steps=2) for job in jobs}
        await self._stock.run(list(new.values()))
        await paint_all(self._painter, list(new.values()), in_flight=1)
        await paint_all(self._painter, [replace(job, steps=2) for job in jobs], in_flight=IN_FLIGHT)

    async def paint(self, number: int, tell: Tell) -> Round:
        jobs = jobs_of_round(self._card, number, self._crowd.jobs)
        crowd = self._crowd
        long = self._visitors("long", number, crowd.long, crowd.long_steps)
        short = self._visitors("short", number, crowd.short, crowd.short_steps, UNGUIDED)
        tell(number, STOCK)
        stock = await self._stock.run(jobs)
        tell(number, SOLO)
        solo = await paint_all(self._painter, jobs, in_flight=1)
        tell(number, BATCHED)
        batched = await paint_all(self._painter, jobs, in_flight=IN_FLIGHT)
        tell(number, FIFO)
        fifo = await waits_of_short_jobs(self._painter, long, short, in_flight=1)
        tell(number, SHORT)
        ours = await waits_of_short_jobs(self._painter, long, short, in_flight=IN_FLIGHT)
        return Round(
            recipes=jobs,
            stock=stock,
            solo=solo,
            batched=batched,
            fifo=fifo,
            short=ours,
        )

    def _visitors(
        self, kind: str, number: int, count: int, steps: int, guidance: float | None = None
    ) -> list[Recipe]:
        return [
            recipe_for(
                self._card,
                prompt=f"a {kind} job, number {number}.{index}",
                steps=steps,
                guidance=guidance,
                seed=index,
            )
            for index in range(count)
        ]
