"""Ready: what is found out and made of a model before the first person asks for it."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import torch

from engine.gpu.device import ran_out_of_memory, settle
from engine.gpu.exactness import repeats_itself
from engine.gpu.family import Family
from engine.gpu.kept import Kept
from engine.gpu.rows import Rows
from engine.gpu.switches.popular import Popular, recipe_like
from engine.gpu.switches.shape import WIDTHS
from engine.gpu.switches.thrown import Thrown
from engine.gpu.switches.tracks import OFTEN, VERY_OFTEN
from engine.gpu.warm import Warm
from engine.job import Recipe
from engine.switch import Switch

log = logging.getLogger(__name__)

ATTENTION, REPEATS = "attention", "repeats"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What is to be compiled: for recipes like that one, as wide as they are by themselves."""

    recipe: Recipe
    rows: int = 0
    """Where it is to be wider."""
    times: int = 0
    """How often it was asked for before."""


@dataclass(slots=True)
class Ready:
    """For models that were just loaded, one after the other."""

    thrown: Thrown
    kept: Kept
    popular: Popular = field(default_factory=lambda: Popular(Kept(None)))
    # Not the models: one that is kept here could not be put away for the next.
    _waiting: list[_Wanted] = field(default_factory=list)

    def make(self, family: Family, recipe: Recipe, most_rows: int) -> None:
        """For recipes like that one. Where memory is short, pictures come before speed."""
        with _pictures_first(family):
            self._make(family, recipe, most_rows)

    def compile(self, warm: Warm) -> None:
        """In the background: what was most popular, then as wide as one tile alone.

        What else is wanted will show. A model that was put away since is not loaded for it.
        """
        self._waiting.sort(key=lambda wanted: -wanted.times)
        while self._waiting:
            wanted = self._waiting.pop(0)
            if warm.is_loaded(wanted.recipe.model):
                family = warm.hold(wanted.recipe.model)
                try:
                    with _pictures_first(family):
                        family.wear(wanted.recipe)
                        rows = family.first_rows(wanted.recipe)
                        family.prepare(rows.padded(wanted.rows), compiles=True)
                finally:
                    warm.release(wanted.recipe.model)

    def _make(self, family: Family, recipe: Recipe, most_rows: int) -> None:
        family.wear(recipe)
        rows = family.first_rows(recipe)
        told = _told(family, recipe)
        found: Any = self.kept.of(told)
        known = _can_be_meant(found)
        if known:
            self._learn(family, found)
        else:
            if found is not None:
                self.kept.doubt(told, ValueError("nothing like that is found out"))
            if Switch.ATTENTION in self.thrown.switches:
                family.attention.choose(lambda: _seconds(family, rows))
        self._take_up(family, recipe, most_rows)
        for width in (width for width in WIDTHS if len(rows) <= width <= most_rows):
            family.prepare(rows.padded(width), compiles=False)
        if not known:
            # Once: another kernel is another rounding, and would be another picture of a seed.
            # Last, so that others are painted in between by what was made ready.
            repeats = repeats_itself(family, recipe)
            found = {ATTENTION: family.attention.kernel, REPEATS: repeats}
            self.kept.keep(told, found)
            self._learn(family, found)
        self._waiting.append(_Wanted(recipe=recipe))

    def _take_up(self, family: Family, usual: Recipe, most_rows: int) -> None:
        """What was popular before this start, as far as there is room for so many usual rows."""
        most_pixels = most_rows * usual.width * usual.height
        for asked in self.popular.of(family.card, least=OFTEN):
            fits = asked.rows * asked.width * asked.height <= most_pixels
            recipe = recipe_like(asked, family) if fits else None
            if recipe is not None:
                family.prepare(family.first_rows(recipe).padded(asked.rows), compiles=False)
                times = self.popular.times(family.card, asked)
                if times >= VERY_OFTEN:
                    self._waiting.append(_Wanted(recipe=recipe, rows=asked.rows, times=times))

    def _learn(self, family: Family, found: Mapping[str, Any]) -> None:
        self.thrown.learn(family, kernel=found[ATTENTION], repeats=found[REPEATS])
        log.info(
            "%s: attention by %s, %s to the last bit",
            family.card.name,
            family.attention.kernel or "torch's own choice",
            "repeats itself" if family.repeats_itself else "does not repeat itself",
        )


def _can_be_meant(found: Any) -> bool:
    """Whether it is what is kept here. Anybody may have written there since."""
    return (
        isinstance(found, dict)
        and isinstance(found.get(ATTENTION, False), str | None)
        and isinstance(found.get(REPEATS), bool)
    )


@contextmanager
def _pictures_first(family: Family) -> Iterator[None]:
    try:
        with torch.inference_mode():
            yield
    except Exception as error:
        if not ran_out_of_memory(error):
            raise
        log.warning("there is no memory to make %s ready for more", family.card.name)


def _told(family: Family, recipe: Recipe) -> Sequence[str]:
    """All that changes what is found out, device, precision and switches in the hand."""
    size = f"{recipe.width}x{recipe.height}"
    torch_of = f"torch {torch.__version__}"
    return (family.card.hand, torch_of, family.card.digest, size, "attention")


def _seconds(family: Family, rows: Rows) -> float:
    settle(family.device)
    started = perf_counter()
    family.forward(rows)
    settle(family.device)
    return perf_counter() - started
