"""A model that was measured, and whose steps take other times once they are compiled."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.curve import Curve
from engine.gpu.curves import Curves
from engine.gpu.families.sd import StableDiffusion
from engine.gpu.family import Family
from engine.gpu.kept import Kept
from engine.gpu.renewal import Renewal
from engine.gpu.switches.tracks import Compile, Tracks
from tests.engine.gpu import tiny
from tests.engine.gpu.house import SIDE, House, small
from tests.engine.gpu.switches.recording import FakeRecorder, Later
from tests.engine.gpu.together import CARD, CPU, before_forward

SLOW = {1: 0.04, 2: 0.04, 4: 0.08, 8: 0.16}
# Half as long, and free up to four rows.
QUICK = {1: 0.02, 2: 0.02, 4: 0.02, 8: 0.04}


class Place:
    """A house that was measured, and in which steps of compiled rows take other times."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        compiled: Mapping[int, float] = QUICK,
        recorder: FakeRecorder | None = None,
        largest: int = SIDE,
        kind: type[Family] = StableDiffusion,
    ) -> None:
        pipe = tiny.pipeline()
        with torch.inference_mode():
            self.family = kind(pipe, small(pipe, largest=largest).card)
        self.house, self.background = House(self.family, SLOW, larger=SLOW), Later()
        self.compiled, self.fails = compiled, frozenset[int]()
        self.family.tracks = Tracks(
            self.family.network,
            self.family.ask_of,
            CPU,
            recorder=recorder,
            compile=Compile(compiled=lambda: self.program, background=self.background),
        )
        self.kept = Curves(Kept(folder))
        self.learned: list[Mapping[str, tuple[Curve, ...]]] = []
        self.steps_until_wanted: int | None = None
        self.house.measure(self.kept)
        # As it was for the warm-up, also where nothing was left to be measured.
        self.house.warm.hold(CARD.name)
        self.house.warm.release(CARD.name)
        self.renewal = Renewal(
            self.house.company,
            self.house.warm,
            self.house.budget,
            self.kept,
            is_wanted=self.is_wanted,
            learned=self.learned.append,
            is_compiling=lambda: bool(self.background.asked),
        )

    def program(self, latents: Tensor, *args: Any, **more: Any) -> Any:
        if len(latents) in self.fails:
            raise RuntimeError("no compiler was found")
        answer = self.family.network(latents, *args, **more)
        self.house.clock._seconds = self.compiled
        return answer

    def is_wanted(self) -> bool:
        if self.steps_until_wanted is None:
            return False
        self.steps_until_wanted -= 1
        return self.steps_until_wanted < 0

    def go_on(self) -> float | None:
        with before_forward(self.family, self.house.note):
            return self.renewal.go_on()

    def until_nothing_is_left(self) -> None:
        while (patience := self.go_on()) is not None:
            if patience:
                self.background.work()

    def until_all_is_compiled(self) -> None:
        """So that it is to be measured next."""
        while (due := self.renewal._due()) and due.compiles:
            self.go_on()
            self.background.work()

    @property
    def curve(self) -> Curve:
        return self.house.budget.curves[CARD.name][0]
