"""Easel with a painter that takes no time: `python -m tests.bot.discord.counts.simulated`.

What it takes for a job is then what everything takes that is not painting.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.logs import start_logging
from bot.painters import Painters
from bot.serve import serve
from bot.settings import Settings, read_settings
from engine.addon import Shelf
from engine.crew import Crew
from engine.simulation.painter import InstantPainter
from engine.simulation.timetable import CARDS, SIMULATED
from tests.bot.discord.counts.program import nobody


async def run() -> None:
    @asynccontextmanager
    async def instant(_: Settings) -> AsyncIterator[Crew]:
        yield Crew(InstantPainter("instant"))

    settings = read_settings()
    start_logging(settings.log)
    painters = Painters(
        cards=lambda _: CARDS, device=lambda _: SIMULATED, open=instant, shelf=lambda _: Shelf
    )
    await serve(settings, painters, announce=nobody)


if __name__ == "__main__":
    asyncio.run(run())
