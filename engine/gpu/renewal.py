"""Renewal: steps are measured again once programs take them that were not there before.

A curve of some rows that are compiled and some that are not would bend where the compiler is. So
while nobody is painted for, all rows that were measured at the usual size are compiled, one after
the other, and then measured together; of a larger size once people had all of them compiled.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

import torch

from engine.card import ModelCard
from engine.curve import LEAST_ROWS, Curve
from engine.gpu.budget import Budget
from engine.gpu.company import Company
from engine.gpu.curves import Curves
from engine.gpu.device import ran_out_of_memory
from engine.gpu.knee import make_ready, say, told_of
from engine.gpu.switches.background import Background
from engine.gpu.switches.programs import Programs, programs_of
from engine.gpu.switches.shape import Shape
from engine.gpu.trial import GaveWay, Trial, tried_with
from engine.gpu.warm import Warm

log = logging.getLogger(__name__)

LATER_S = 5.0

_Size = tuple[str, int, int]
"""Of a model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """So many rows are to be compiled, or if none are, all that is `there` is to be measured."""

    card: ModelCard
    curve: Curve
    compiles: int = 0
    there: frozenset[int] = frozenset()

    @property
    def size(self) -> tuple[int, int]:
        return self.curve.width, self.curve.height


class Renewal:
    """Belongs to the engine thread, which asks it whenever nobody is painted for."""

    def __init__(
        self,
        company: Company,
        warm: Warm,
        budget: Budget,
        kept: Curves,
        *,
        is_wanted: Callable[[], bool],
        learned: Callable[[Mapping[str, tuple[Curve, ...]]], None],
        is_compiling: Callable[[], bool] = Background.busy,
    ) -> None:
        """It gives way within a step where somebody `is_wanted`; `learned` is told all curves."""
        self._company, self._warm, self._budget, self._kept = company, warm, budget, kept
        self._is_wanted, self._learned, self._is_compiling = is_wanted, learned, is_compiling
        self._shapes: dict[_Size, Shape] = {}
        self._asked: set[tuple[_Size, int]] = set()
        self._measured: dict[_Size, frozenset[int]] = {}
        self._at: tuple[_Due, Trial] | None = None

    def go_on(self) -> float | None:
        """A piece of it. Answers in how many seconds there may be more of it to do.

        None where there is nothing to do before somebody was painted for.
        """
        if self._is_compiling():
            return LATER_S
        due = self._due()
        if due is None:
            return None
        if due.compiles:
            self._asked.add((_size(due.card, due.curve), due.compiles))
            recipe = tried_with(due.card, due.size)
            make_ready(self._warm, recipe, due.compiles, compiles=True)
        else:
            self._measure(due)
        return 0.0

    def _due(self) -> _Due | None:
        """The first that there is, of models that are loaded."""
        for name in self._warm.loaded:
            for curve in self._budget.curves.get(name, ()):
                if due := self._due_of(self._warm.cards[name], curve):
                    return due
        return None

    def _due_of(self, card: ModelCard, curve: Curve) -> _Due | None:
        size, rows = _size(card, curve), {rows for rows, _ in curve.steps if rows >= LEAST_ROWS}
        programs = self._programs(card, curve)
        if programs is None:
            return None
        there = programs.there & rows
        left = {each for each in rows - there if (size, each) not in self._asked}
        if left and (curve.width, curve.height) == (card.width, card.height):
            return _Due(card=card, curve=curve, compiles=min(left))
        is_known = there <= {*curve.compiled} or self._measured.get(size) == there
        return None if there != rows or is_known else _Due(card=card, curve=curve, there=there)

    def _measure(self, due: _Due) -> None:
        """Anew, or on where it gave way."""
        recipe = tried_with(due.card, due.size)
        for rows in sorted(due.there):
            if self._is_wanted():
                return
            make_ready(self._warm, recipe, rows)
        if self._at is None or self._at[0] != due:
            self._at = (
                due,
                Trial(
                    self._company,
                    self._company.meter,
                    due.card,
                    due.size,
                    partial(make_ready, self._warm),
                    is_wanted=self._is_wanted,
                ),
            )
        try:
            with self._unbounded(due.card.name):
                curve = self._at[1].curve()
        except GaveWay:
            return
        self._at = None
        # Beside a compiler steps take longer.
        if not self._is_compiling():
            self._measured[_size(due.card, due.curve)] = due.there
            if curve is not None:
                self._take(due.card, curve)

    def _take(self, card: ModelCard, curve: Curve) -> None:
        """From now on forwards are as wide as that says."""
        programs = self._programs(card, curve)
        used = programs.in_use if programs else frozenset()
        curve = replace(curve, compiled=tuple(rows for rows, _ in curve.steps if rows in used))
        self._kept.keep(told_of(card, self._warm, (curve.width, curve.height)), curve)
        self._budget.curves[card.name] = tuple(
            curve if _size(card, each) == _size(card, curve) else each
            for each in self._budget.curves[card.name]
        )
        self._learned(dict(self._budget.curves))
        say(card, curve)

    @contextmanager
    def _unbounded(self, name: str) -> Iterator[None]:
        """What is known of it would keep wider steps from being tried."""
        curves = self._budget.curves.pop(name)
        try:
            yield
        finally:
            self._budget.curves[name] = curves

    @torch.inference_mode()
    def _programs(self, card: ModelCard, curve: Curve) -> Programs | None:
        """Those for steps like the ones that were measured; None where it compiles nothing."""
        # Looking is no use of it: another one may be put away first as ever.
        families = {family.card.name: family for family in self._warm.families}
        family = families.get(card.name)
        if family is None or family.tracks is None or not family.tracks.compiles:
            return None
        try:
            size = _size(card, curve)
            if size not in self._shapes:
                recipe = tried_with(card, (curve.width, curve.height))
                family.wear(recipe)
                shape = Shape.of(family.first_rows(recipe))
                if shape is None:
                    return None
                self._shapes[size] = shape
            return programs_of(family.tracks, self._shapes[size])
        except Exception as error:
            if not ran_out_of_memory(error):
                raise
            log.warning("there is no memory to measure %s again: %s", card.name, error)
            return None


def _size(card: ModelCard, curve: Curve) -> _Size:
    return card.name, curve.width, curve.height
