"""A company that is measured by clocks that say what they are told to."""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import torch

from engine.curve import Curve
from engine.gpu.budget import Budget
from engine.gpu.clock import Done
from engine.gpu.company import Company
from engine.gpu.curves import Curves
from engine.gpu.families.sd import StableDiffusion
from engine.gpu.family import Family
from engine.gpu.kept import Kept
from engine.gpu.knee import find_knees
from engine.gpu.trial import ROWS
from engine.gpu.warm import Servable, Warm
from engine.ladder import Rung
from engine.meter import Meter
from engine.turns import Turns
from tests.engine.gpu.together import CARD, CPU, before_forward

SIDE = 64
# Rows are free up to four, as where a card has nothing to do with fewer, then each costs the same.
BEND_AT_4 = {1: 0.04, 2: 0.04, 4: 0.04, 8: 0.08, 12: 0.12, 16: 0.16}
ALWAYS_GAINS = {1: 0.01, 2: 0.015, 4: 0.02, 8: 0.03, 12: 0.04, 16: 0.045}
BESIDES = 10.0


def small(pipe: Any, **changes: Any) -> Family:
    """For it is painted with often; it paints no larger size."""
    card = replace(CARD, **{"width": SIDE, "height": SIDE, "largest": SIDE, **changes})
    with torch.inference_mode():
        return StableDiffusion(pipe, card)


class TableClock:
    """Steps take as long as a table says of their rows, or a second; anything else takes ten.

    As with a card, it is told up to two pieces of work later.
    """

    def __init__(self, seconds: Mapping[int, float], larger: Mapping[int, float]) -> None:
        """`larger` are those of another size than the first that is painted."""
        self._usual, self._larger = seconds, larger
        self._seconds = seconds
        self._side: int | None = None
        self._rows = 0
        self._told: deque[tuple[float, Done]] = deque()

    def forward(self, latents: torch.Tensor) -> None:
        self._rows, side = len(latents), latents.shape[-1]
        self._side = self._side or side
        self._seconds = self._usual if side == self._side else self._larger

    def start(self) -> None:
        self._rows = 0

    def stop(self, done: Done) -> None:
        self._told.append((self._seconds.get(self._rows, 1.0) if self._rows else BESIDES, done))
        while len(self._told) > 2:
            self._tell()

    def drain(self) -> None:
        while self._told:
            self._tell()

    def _tell(self) -> None:
        seconds, done = self._told.popleft()
        done(seconds)


class UnsteadyClock(TableClock):
    """The first step of another width takes long, every fourth, and all besides the first time."""

    def __init__(self, seconds: Mapping[int, float], larger: Mapping[int, float]) -> None:
        super().__init__(seconds, larger)
        self._before = self._times = 0
        self._firsts = 2

    def forward(self, latents: torch.Tensor) -> None:
        super().forward(latents)
        self._times = 1 if self._rows != self._before else self._times + 1
        self._before = self._rows

    def stop(self, done: Done) -> None:
        slow = 0.5 if self._rows and (self._times == 1 or self._times % 4 == 0) else 0.0
        if not self._rows and self._firsts:
            self._firsts, slow = self._firsts - 1, 100.0
        super().stop(lambda seconds: done(seconds + slow))


class House:
    """A company that was not measured yet."""

    def __init__(
        self,
        family: Family,
        seconds: Mapping[int, float] = BEND_AT_4,
        *,
        larger: Mapping[int, float] = BEND_AT_4,
        clock: type[TableClock] = TableClock,
        rungs: Collection[Rung] = (),
    ) -> None:
        self.family, self.clock, self.meter = family, clock(seconds, larger), Meter()
        served = Servable(card=family.card, size=family.size, load=lambda _: family)
        self.warm, self.budget = Warm([served], rungs=rungs), Budget()
        self.company = Company(
            self.warm,
            CPU,
            Turns(most_rows=ROWS[-1]),
            budget=self.budget,
            clock=self.clock,
            meter=self.meter,
        )
        self.widths: list[int] = []

    def measure(self, kept: Curves | None = None) -> Mapping[str, tuple[Curve, ...]]:
        with before_forward(self.family, self.note):
            return find_knees(
                self.company, self.warm, self.budget, self.meter, kept or Curves(Kept(None))
            )

    def curve(self) -> Curve:
        """At the usual size."""
        return self.measure()[self.family.card.name][0]

    def note(self, latents: torch.Tensor) -> None:
        self.widths.append(len(latents))
        self.clock.forward(latents)
