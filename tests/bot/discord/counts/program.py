"""Easel with a quick painter: `python -m tests.bot.discord.counts.program SECONDS` for a picture.

It reads its settings as `easel serve` does, and is stopped like that or killed.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.logs import start_logging
from bot.painters import Painters
from bot.serve import serve
from bot.settings import Settings, read_settings
from engine.addon import Shelf
from engine.card import ModelCard
from engine.crew import Crew
from engine.job import Picture, Recipe
from engine.ports import Tell
from tests.fakes import BOOK, FakePainter, StandIn


class QuickPainter(StandIn):
    """Paints plain pictures, each in its time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._painter = FakePainter()
        self._painter.gate.set()
        self.cards: Mapping[str, ModelCard] = self._painter.cards
        self.seats = self._painter.seats

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        tell(1, None)
        await asyncio.sleep(self._seconds)
        return await self._painter.paint(recipe, sources, tell)


def nobody(_: str) -> None:
    """Reads what is announced."""


async def run(seconds: float) -> None:
    @asynccontextmanager
    async def quick(_: Settings) -> AsyncIterator[Crew]:
        yield Crew(QuickPainter(seconds))

    settings = read_settings()
    start_logging(settings.log)
    painters = Painters(
        cards=lambda _: {BOOK.name: BOOK}, device=lambda _: "cpu", open=quick, shelf=lambda _: Shelf
    )
    await serve(settings, painters, announce=nobody)


if __name__ == "__main__":
    asyncio.run(run(float(sys.argv[1])))
