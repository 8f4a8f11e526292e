"""Easel with bugs that tell all they know: `python -m tests.security.program BUG`.

It begins, reads its settings and ends as `easel serve` does.
"""

import asyncio
import ctypes
import gc
import logging
import os
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.__main__ import run
from bot.painters import Painters
from bot.settings import Settings
from bot.watchdog import leave
from engine.addon import Shelf
from engine.crew import Crew
from engine.job import Picture, Recipe
from engine.ports import Tell
from tests.fakes import BOOK, FakePainter

log = logging.getLogger("bot.program")


def all_it_knows() -> str:
    """What opens something, as a careless line of code may have it at hand."""
    known = [os.environ[name] for name in sorted(os.environ) if name.startswith("EASEL_")]
    return "\r\n2026-01-01 00:00:00,000 ERROR bot: forged \x1b[31m".join(known)


class Careless:
    """Breaks while it is tidied up."""

    def __del__(self) -> None:
        raise RuntimeError(all_it_knows())


class Painting(FakePainter):
    """Breaks where it is told to, and says so in every way that there is."""

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        if "break" in recipe.prompt:
            log.error("cannot paint: %s", all_it_knows())
            log.error("a wrong line %d", all_it_knows())
            threading.Thread(target=_raise).start()
            careless = [Careless()]
            careless.clear()
            gc.collect()
            asyncio.get_running_loop().call_soon(_raise)
            # Nobody waits for it, so that asyncio tells of it.
            self.left = asyncio.ensure_future(_raised())
            _raise()
        return await super().paint(recipe, sources, tell)


def _raise() -> None:
    raise RuntimeError(all_it_knows())


async def _raised() -> None:
    _raise()


def main(bug: str) -> None:
    @asynccontextmanager
    async def opened(_: Settings) -> AsyncIterator[Crew]:
        if bug == "crash":
            _raise()
        if bug == "fault":
            ctypes.string_at(0)
        painter = Painting()
        painter.gate.set()
        yield Crew(painter)

    painters = Painters(
        cards=lambda _: {BOOK.name: BOOK},
        device=lambda _: "cpu",
        open=opened,
        shelf=lambda _: Shelf,
    )
    leave(run(["serve"], painters))


if __name__ == "__main__":
    main(sys.argv[1])
