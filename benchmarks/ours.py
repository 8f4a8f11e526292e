"""Ours: the engine's own company with one model, asked from this very thread."""

from dataclasses import replace
from itertools import count
from time import perf_counter

import torch
from PIL.Image import Image

from engine.card import ModelCard
from engine.curve import WIDEST, Curve
from engine.errors import EaselError
from engine.gpu.budget import budget_of
from engine.gpu.company import Company
from engine.gpu.curves import Curves
from engine.gpu.family import Family
from engine.gpu.kept import Kept
from engine.gpu.knee import find_knees
from engine.gpu.painter import MOST_ROWS
from engine.gpu.plain import plain_recipe
from engine.gpu.seat import Painted, Seat
from engine.gpu.switches.ready import Ready
from engine.gpu.switches.thrown import Thrown
from engine.gpu.warm import Warm
from engine.gpu.warmup import warm_up
from engine.job import Recipe
from engine.meter import Meter
from engine.png import write_png
from engine.turns import Turns

_numbers = count(1)


def recipe_for(
    card: ModelCard, steps: int, *, guidance: float | None = None, exact: bool = False
) -> Recipe:
    """Other words every time, so that nothing is remembered of the last."""
    number = next(_numbers)
    prompt = f"a red fox beside house number {number}"
    return replace(
        plain_recipe(card, prompt, steps=steps, seed=number),
        negative="blurry",
        guidance=card.guidance if guidance is None else guidance,
        exact=exact,
    )


class Ours:
    """Paints one picture after the other, from the words to the PNG."""

    def __init__(self, family: Family, device: torch.device) -> None:
        """Warmed up as the engine's thread does it."""
        self.family = family
        warm = Warm.of({family.card.name: family})
        budget = budget_of(device, warm.held_by_recordings)
        self.meter = Meter()
        on_card = device.type == "cuda"
        most = WIDEST if on_card else MOST_ROWS[device.type]
        turns = Turns[Seat](most_rows=most)
        self.company = Company(warm, device, turns, budget=budget, meter=self.meter)
        ready = Ready(Thrown(switches=frozenset()), Kept(None))
        warm_up(self.company, warm, budget, ready.make if on_card else None)
        self.curve: Curve | None = None
        """How long steps of so many rows take, by what the engine itself measures."""
        if on_card:
            curves = find_knees(self.company, warm, budget, self.meter, Curves(Kept(None)))
            self.curve = next(iter(curves.get(family.card.name, ())), None)
        fitting = budget.rows(family.card.name, family.card.width * family.card.height)
        self.widest = most if fitting is None else min(most, fitting)
        """Rows of a step with every seat taken."""

    def paint(self, recipe: Recipe) -> tuple[bytes, float]:
        """The file, and the seconds it took. Raises what came in the way."""
        started = perf_counter()
        png = write_png(self.image(recipe), recipe)
        return png, perf_counter() - started

    def timed(self, recipe: Recipe) -> tuple[float, float]:
        """The seconds to the picture, and to its file."""
        started = perf_counter()
        image = self.image(recipe)
        there = perf_counter()
        write_png(image, recipe)
        return there - started, perf_counter() - started

    def image(self, recipe: Recipe) -> Image:
        ended: list[Painted | EaselError] = []
        seat = Seat(recipe=recipe, sources={}, tell=lambda step, preview: None, end=ended.append)
        self.company.welcome(seat)
        while self.company.busy:
            self.company.turn()
        [outcome] = ended
        if isinstance(outcome, EaselError):
            raise outcome
        return outcome.image
