"""Bench: what all parts share: the device, the models as they are made there, how much is done."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from math import inf
from time import perf_counter

import torch

from benchmarks.extent import FULL, NARROW, Extent
from benchmarks.ours import Ours
from benchmarks.peak import matrix_peak
from benchmarks.peak_memory import PeakMemory, held, peak_of
from benchmarks.published import Published
from benchmarks.real_size import card_of, real_size
from benchmarks.some_rows import some_rows
from benchmarks.switching import Switches, at_rest, at_work, make_ready, throw, usual
from engine.gpu.device import free, prepare, weight_type
from engine.gpu.family import Family
from engine.gpu.models.loading import FAMILIES
from engine.job import Recipe
from engine.shortcut import Shortcut

LONGEST_S = 150.0
"""For the compiler to be done with steps of one width."""


@dataclass(kw_only=True)
class Bench:
    """The model that was asked for last stays: to get one ready takes longer than to measure it."""

    device: torch.device
    narrow: bool
    until: float = inf
    """By `perf_counter`, when all must be over."""
    without: Switches = frozenset()
    """Of what the engine throws by itself, where the compiler would take too long."""
    _ours: Ours | None = None
    _before: PeakMemory | None = None

    def __post_init__(self) -> None:
        prepare(self.device)

    @property
    def extent(self) -> Extent:
        return NARROW if self.narrow else FULL

    @property
    def usual(self) -> Switches:
        """What the engine throws by itself here."""
        return usual(self.device) - self.without

    @cached_property
    def peak(self) -> float:
        """The FLOP a second of the best matrix product."""
        return matrix_peak(self.device, self.extent.matrix)

    def precision(self, model: Published) -> torch.dtype:
        """As the engine loads it."""
        precision = weight_type(self.device)
        return FAMILIES[model.family].half if precision == torch.float16 else precision

    def family(
        self,
        model: Published,
        switches: Switches = frozenset(),
        shortcuts: Collection[Shortcut] = (),
    ) -> Family:
        """Made anew, with these shortcuts taken and these switches thrown."""
        pipe = real_size(model, self.device, self.precision(model), narrow=self.narrow)
        card = card_of(model, narrow=self.narrow)
        with torch.inference_mode():  # as the engine loads it
            family = FAMILIES[model.family](pipe, card, None, self.device)
            family.shorten(shortcuts)
            throw(family, switches)
            return family

    def make_ready(self, family: Family, *widths: int) -> None:
        """Compiled and recorded for steps so wide, as the engine does it for what is asked often.

        Half of the time that is left is for measuring.
        """
        for count in widths:
            within = min(LONGEST_S, self.left_s / 2)
            make_ready(family, some_rows(family, count), within_s=within)

    @property
    def at_work(self) -> bool:
        """True while something is still compiled, so that times are not those of every day."""
        return at_work()

    def quiet(self, within_s: float) -> bool:
        """Waits for that to be over. Answers whether it is, and within that time."""
        return at_rest(within_s)

    @property
    def left_s(self) -> float:
        return max(0.0, self.until - perf_counter())

    def ours(self, model: Published) -> Ours:
        """The engine as it is used. Whatever model it had before is put away."""
        if self._ours is None or self._ours.family.card.name != model.name:
            self._ours = None
            free(self.device)
            self._before = held(self.device)
            family = self.family(model, self.usual)
            self._ours = Ours(family, self.device)
        return self._ours

    def memory(self, model: Published, recipe: Recipe) -> PeakMemory | None:
        """The peak of the engine while it paints that, its weights and recordings among it."""
        ours = self.ours(model)
        peak = peak_of(self.device, lambda: ours.paint(recipe))
        if peak is None or self._before is None:
            return None
        return PeakMemory(
            allocated=peak.allocated - self._before.allocated,
            reserved=peak.reserved - self._before.reserved,
        )
