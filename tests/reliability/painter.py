"""A painter that is as quick as it is told, and does what a prompt says."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.card import ModelCard
from engine.job import Picture, Recipe
from engine.ports import Tell
from tests.fakes import FakePainter, StandIn
from tests.reliability.plan import Plan

BEGUN = "begun: "
"""It says of each picture on its error stream when it begins, beside what is logged there."""

FIRST = "a first picture"
"""What is painted at the start to know what a picture takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """Of a picture."""

    at: datetime
    prompt: str


def beginnings_in(log: str) -> list[Beginning]:
    lines = [line.removeprefix(BEGUN) for line in log.splitlines() if line.startswith(BEGUN)]
    told = [line.partition(" ") for line in lines]
    return [Beginning(at=datetime.fromisoformat(at), prompt=prompt) for at, _, prompt in told]


class PlannedPainter(StandIn):
    """With “poison” in the prompt it kills its program."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._painter = FakePainter()
        self._painter.gate.set()
        self.cards: Mapping[str, ModelCard] = self._painter.cards
        self.seats = plan.seats

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        sys.stderr.write(f"{BEGUN}{datetime.now(UTC).isoformat()} {recipe.prompt}\n")
        sys.stderr.flush()
        tell(1, None)
        if self._plan.mutant == "paints in the loop":
            time.sleep(self._plan.seconds)  # noqa: ASYNC251  # that is the mistake
        else:
            await asyncio.sleep(self._takes(recipe.prompt))
        if "poison" in recipe.prompt:
            os.kill(os.getpid(), signal.SIGKILL)
        return await self._painter.paint(recipe, sources, tell)

    def _takes(self, prompt: str) -> float:
        if prompt == FIRST:
            # Before that nothing is ready.
            return 0.0
        return self._plan.long if "long" in prompt else self._plan.seconds
