"""Seat: the place of one picture at a simulated card."""

import asyncio
from dataclasses import dataclass, field

from engine.job import Recipe
from engine.ports import Tell
from engine.simulation.timetable import Pace, forwards_of, rows_of


@dataclass(eq=False, slots=True, kw_only=True)
class Seat:
    """Held until `ended` is done; whoever cancels that has it back at the next step."""

    recipe: Recipe
    pace: Pace
    tell: Tell
    ended: "asyncio.Future[None]" = field(default_factory=asyncio.Future)
    forwards: int = 0
    seconds: float = 0.0

    @property
    def rows(self) -> int:
        return rows_of(self.recipe)

    @property
    def all_forwards(self) -> int:
        return forwards_of(self.recipe)

    @property
    def finished(self) -> bool:
        return self.forwards >= self.all_forwards

    def advance(self, seconds: float) -> None:
        """A forward was done, of which so much was its own."""
        self.forwards += 1
        self.seconds += seconds
        # A step may be two forwards: it is told when it is whole.
        steps = self.recipe.steps
        before, now = (steps * done // self.all_forwards for done in self._both)
        if now > before:
            self.tell(now, None)

    @property
    def _both(self) -> tuple[int, int]:
        return self.forwards - 1, self.forwards
