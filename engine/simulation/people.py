"""People who ask for the next picture as soon as they have the last one."""

import asyncio
from dataclasses import dataclass, field
from random import Random
from statistics import mean
from typing import Any

from engine.job import Owner
from engine.request import LARGEST_SEED, ImageRequest
from engine.simulation.arrivals import USUAL_STEPS
from engine.studio import Studio

ORIGIN = "bench"
WORDS = ("fox", "lighthouse", "harbour", "meadow", "kettle", "mountain", "violin", "winter")
MEAN_STEPS = mean(USUAL_STEPS)


@dataclass(slots=True, kw_only=True)
class People:
    """Of each picture they are also told by whoever delivers."""

    studio: Studio
    model: str
    chance: Random = field(default_factory=lambda: Random(7))
    _over: bool = False
    _waiting: set["asyncio.Task[Any]"] = field(default_factory=set)

    async def ask_on_and_on(self, number: int) -> None:
        """Until it is over. Nobody begins with a whole picture, or all would end together."""
        steps = self.chance.randint(1, max(USUAL_STEPS))
        while not self._over:
            await self.ask(number, steps)
            steps = self._steps()

    def end(self) -> None:
        """They ask for nothing more and wait no longer; who asks just now is still answered."""
        self._over = True
        for task in self._waiting:
            task.cancel()

    async def ask_for(self, jobs: int, *, at_once: int) -> None:
        """So many pictures in all."""
        left = iter(range(jobs))

        async def person(number: int) -> None:
            for _ in left:
                await self.ask(number, self._steps())

        async with asyncio.TaskGroup() as tasks:
            for number in range(at_once):
                tasks.create_task(person(number))

    async def ask(self, number: int, steps: int) -> None:
        request = ImageRequest(
            prompt=" ".join(self.chance.choices(WORDS, k=8)),
            model=self.model,
            steps=steps,
            seed=self.chance.randint(0, LARGEST_SEED),
        )
        owner = Owner(id=f"discord:{10**17 + number}", name="somebody")
        ticket = await self.studio.submit(request, owner, origin=ORIGIN, reply=ORIGIN)
        task = asyncio.current_task()
        if self._over or task is None:
            return
        self._waiting.add(task)
        try:
            await ticket.pictures()
        finally:
            self._waiting.discard(task)

    def _steps(self) -> int:
        return self.chance.choice(USUAL_STEPS)
