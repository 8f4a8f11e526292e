"""How much many painters paint, and what the program takes for a job. Only the cards are simulated.

Database, picture files, queue and deliveries are those of `easel serve`.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time, thread_time
from typing import Any

from bot.app import App, delivering, open_app, painting
from bot.beside import beside
from bot.painters import Painters
from bot.settings import Settings
from engine.addon import Shelf
from engine.courier import Courier
from engine.crew import Crew
from engine.job import Job, Picture
from engine.simulation.comparison import compare
from engine.simulation.painter import InstantPainter, SimulatedPainter
from engine.simulation.people import MEAN_STEPS, People
from engine.simulation.timetable import CARDS, SD15, SDXL, SIMULATED, SOURCE
from storage.memory import MemoryLedger

COUNTS = (1, 2, 4, 8)
MODELS = (SDXL.name, SD15.name)
"""The first is what a server of several cards paints, and few of it fit into a second; of the other
come many more."""
TOO_LARGE_A_QUEUE = 1_000_000
ASKING = 2
"""So many people for each seat, half of whom wait."""
LIMIT_ASKING = 32

Tell = Callable[[str], None]
"""Called with what is measured next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How long it is looked at, in seconds, and how many jobs there are."""

    settles_s: float = 6.0
    looks_s: float = 20.0
    limit_jobs: int = 600
    jobs: int = 3_000

    def scaled(self, scale: float) -> "Extent":
        return Extent(
            settles_s=self.settles_s * scale,
            looks_s=max(0.1, self.looks_s * scale),
            limit_jobs=max(20, round(self.limit_jobs * scale)),
            jobs=max(20, round(self.jobs * scale)),
        )


class Everybody:
    """Takes whatever is delivered."""

    async def send(self, job: Job, pictures: Sequence[Picture]) -> None:
        await asyncio.sleep(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Easel:
    """The program, as far as it is asked here."""

    app: App
    crew: Crew
    courier: Courier


async def measure_serving(
    folder: Path, settings: Settings, *, counts: Collection[int], extent: Extent, tell: Tell
) -> dict[str, Any]:
    """As in the JSON of `easel bench`. Whatever it writes lies in the folder, and goes again."""
    limit = await _limit(folder, settings, extent, tell)
    scaling = {
        model: await _scaling(folder, settings, model, sorted({*counts}), extent, tell)
        for model in MODELS
    }
    compared = await compare(
        MemoryLedger, jobs=extent.jobs, tell=lambda load: tell(f"policies at a load of {load:g}")
    )
    first = scaling[MODELS[0]]
    return {
        "painters": {count: each["jobs_per_s"] for count, each in first.items()},
        "bot_cpu_ms_per_job": limit["cpu_ms_per_job"],
        **compared,
        "scaling": scaling,
        "limit": limit,
        "simulated": {"card": SIMULATED, "source": SOURCE},
        "looked_s": extent.looks_s,
        "database": f"SQLite {sqlite3.sqlite_version}",
    }


async def _limit(folder: Path, settings: Settings, extent: Extent, tell: Tell) -> dict[str, float]:
    """What the program itself takes, where painting takes no time."""
    tell("painters that take no time")
    async with _opened(folder, settings, InstantPainter("instant")) as easel:
        people = People(studio=easel.app.studio, model=MODELS[0])
        await people.ask_for(LIMIT_ASKING, at_once=LIMIT_ASKING)  # caches fill up
        await easel.courier.flush()
        began, cpu, loop = perf_counter(), process_time(), thread_time()
        await people.ask_for(extent.limit_jobs, at_once=LIMIT_ASKING)
        await easel.courier.flush()
        seconds, jobs = perf_counter() - began, extent.limit_jobs
        return {
            "jobs_per_s": jobs / seconds,
            "cpu_ms_per_job": (process_time() - cpu) * 1000 / jobs,
            "loop_ms_per_job": (thread_time() - loop) * 1000 / jobs,
            "jobs": jobs,
        }


async def _scaling(
    folder: Path,
    settings: Settings,
    model: str,
    counts: Sequence[int],
    extent: Extent,
    tell: Tell,
) -> Mapping[str, Mapping[str, float]]:
    """Painters join while it runs, and all seats are wanted by somebody all the time."""
    found: dict[str, dict[str, float]] = {}
    painters = [_painter(number, model) for number in range(counts[-1])]
    async with _opened(folder, settings, painters[0]) as easel, asyncio.TaskGroup() as tasks:
        people = People(studio=easel.app.studio, model=model)
        running, asking = list[asyncio.Task[None]](), list[asyncio.Task[None]]()
        for count in counts:
            tell(f"{model}, painters: {count}")
            for painter in painters[len(easel.crew) : count]:
                running.append(tasks.create_task(painter.run()))
                easel.crew.join(painter)
            while len(asking) < ASKING * easel.crew.seats:
                asking.append(tasks.create_task(people.ask_on_and_on(len(asking))))
            await asyncio.sleep(extent.settles_s)
            began, cpu, forwards = perf_counter(), process_time(), _forwards(painters)
            await asyncio.sleep(extent.looks_s)
            seconds = perf_counter() - began
            found[str(count)] = {
                "jobs_per_s": (_forwards(painters) - forwards) / MEAN_STEPS / seconds,
                "cpu_share": (process_time() - cpu) / seconds,
            }
        people.end()
        await asyncio.wait(asking)
        for task in running:
            task.cancel()
    one = found[str(counts[0])]["jobs_per_s"] / counts[0]
    for name, each in found.items():
        each["over_linear"] = each["jobs_per_s"] / (one * int(name)) if one else 0.0
    return found


def _painter(number: int, model: str) -> SimulatedPainter:
    return SimulatedPainter(f"simulated-{number + 1}", cards={model: CARDS[model]})


def _forwards(painters: Sequence[SimulatedPainter]) -> int:
    """Whole pictures would be too coarse: which of them happen to end just now is chance."""
    return sum(painter.forwards for painter in painters)


@asynccontextmanager
async def _opened(
    folder: Path, settings: Settings, first: SimulatedPainter | InstantPainter
) -> AsyncIterator[Easel]:
    """The program in a folder of its own, with one painter."""

    @asynccontextmanager
    async def warm(_: Settings) -> AsyncIterator[Crew]:
        works = [first.run()] if isinstance(first, SimulatedPainter) else []
        async with beside(*works):
            yield Crew(first)

    painters = Painters(
        cards=lambda _: first.cards, device=lambda _: SIMULATED, open=warm, shelf=lambda _: Shelf
    )
    with TemporaryDirectory(prefix="bench-", dir=folder, ignore_cleanup_errors=True) as here:
        own = settings.model_copy(
            update={
                "data_dir": Path(here),
                "database_url": None,
                "queue_limit": TOO_LARGE_A_QUEUE,
                "discord_token": None,
            }
        )
        async with (
            open_app(own, painters) as app,
            painting(app, own, painters, for_all=True) as crew,
            delivering(app, Everybody()) as courier,
        ):
            yield Easel(app=app, crew=crew, courier=courier)
