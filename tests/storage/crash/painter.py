"""A painter that takes a hundredth of a second, and does what a prompt says."""

import asyncio
import os
import random
import signal
from collections.abc import Mapping

from engine.errors import PaintingFailed
from engine.job import Picture, Recipe
from engine.ports import Tell
from tests.fakes import BOOK, StandIn
from tests.storage.crash.traps import Traps


class FastPainter(StandIn):
    """No two of its pictures are the same, and each says which process painted it."""

    def __init__(self, *, seats: int, long: float, traps: Traps) -> None:
        self.cards = {BOOK.name: BOOK}
        self.seats = seats
        self._long = long
        self._traps = traps

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        tell(1, None)
        await asyncio.sleep(self._long if "long" in recipe.prompt else 0.01)
        self._traps.reach("painting")
        if "poison" in recipe.prompt:
            os.kill(os.getpid(), signal.SIGKILL)
        if "fail" in recipe.prompt:
            raise PaintingFailed("The paint ran out.")
        png = f"{os.getpid()} {random.random()}".encode()
        return Picture(recipe=recipe, png=png, seconds=0.02)
