"""Bench: what all parts share: the device, the models as they are made there, how much is done."""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from time import perf_counter

import torch

from benchmarks.extent import FULL, NARROW, Extent
from benchmarks.flags import Flags, flags
from benchmarks.ours import Ours
from benchmarks.peak import matrix_peak
from benchmarks.published import Published
from benchmarks.real_size import card_of, real_size
from benchmarks.some_rows import some_rows
from benchmarks.stock import Stock
from benchmarks.switching import Switches, at_work, make_ready, throw, usual
from engine.gpu.device import prepare, weight_type
from engine.gpu.family import Family
from engine.gpu.models.loading import FAMILIES
from engine.shortcut import Shortcut

LONGEST_S = 150.0
"""For the compiler to be done with steps of one width."""


@dataclass(kw_only=True)
class Bench:
    """Models stay once they are made: to get one ready takes longer than to measure it."""

    device: torch.device
    narrow: bool
    until: float = inf
    """By `perf_counter`, when all must be over."""
    stock_flags: Flags = field(default_factory=flags)
    _ours: dict[str, Ours] = field(default_factory=dict)
    _stock: dict[tuple[str, bool], Stock] = field(default_factory=dict)

    def __post_init__(self) -> None:
        prepare(self.device)

    @property
    def extent(self) -> Extent:
        return NARROW if self.narrow else FULL

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
            left = max(0.0, self.until - perf_counter())
            within = min(LONGEST_S, left / 2)
            make_ready(family, some_rows(family, count), within_s=within)

    @property
    def at_work(self) -> bool:
        """True while something is still compiled, so that times are not those of every day."""
        return at_work()

    def ours(self, model: Published) -> Ours:
        """The engine as it is used."""
        if model.name not in self._ours:
            family = self.family(model, usual(self.device))
            self._ours[model.name] = Ours(family, self.device)
        return self._ours[model.name]

    def stock(self, model: Published, *, compiled: bool = False) -> Stock:
        """diffusers alone, with weights of its own: the engine may arrange its own otherwise."""
        known = model.name, compiled
        if known not in self._stock:
            pipe = real_size(model, self.device, self.precision(model), narrow=self.narrow)
            stock = Stock(pipe, self.device, self.stock_flags)
            if compiled:
                # On a processor only the way is tried: its compiler takes minutes.
                stock.compile(backend="inductor" if self.device.type == "cuda" else "eager")
            self._stock[known] = stock
        return self._stock[known]
