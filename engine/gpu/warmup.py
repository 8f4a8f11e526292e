"""Paints something small before the first person asks, so that nobody waits for first times."""

from collections.abc import Callable

from engine.curve import WIDEST
from engine.errors import EaselError
from engine.gpu.budget import Budget, need_of
from engine.gpu.company import Company
from engine.gpu.family import Family
from engine.gpu.plain import plain_recipe
from engine.gpu.seat import Painted, Seat
from engine.gpu.warm import Warm
from engine.job import Recipe
from engine.meter import Measured, Stepped
from engine.request import SMALLEST

PROMPT, STEPS = "a warm hand", 2

MakeReady = Callable[[Family, Recipe, int], None]
"""Told how many rows may be made ready at a time."""


def warm_up(
    company: Company, warm: Warm, budget: Budget, make_ready: MakeReady | None = None
) -> None:
    """A real tile of every model, as small as it gets. Raises what is wrong with one.

    On a card also one of the usual size: from what the two take the rest is known. Then the model
    is made ready for more of the usual size, where that is wanted.
    """
    for card in warm.cards.values():
        points: dict[int, int] = {}
        sides = (SMALLEST,) if budget.gauge is None else (SMALLEST, card.width)
        for side in sides:
            recipe = plain_recipe(card, PROMPT, steps=STEPS, size=(side, side))
            if budget.gauge is not None:
                # The first time loads the model, and would be measured with it.
                _paint(company, recipe)
                budget.gauge.start()
            rows = _paint(company, recipe)
            if budget.gauge is not None:
                points[rows * side * side] = budget.gauge.peak()
        if len(points) > 1:
            budget.needs[card.name] = need_of(points)
        if make_ready is not None:
            usual = plain_recipe(card, PROMPT, steps=STEPS)
            fitting = budget.rows(card.name, usual.width * usual.height)
            family = warm.hold(card.name)
            try:
                # As much again is for what is asked in other sizes, and as the network is.
                make_ready(family, usual, WIDEST if fitting is None else fitting // 2)
            finally:
                warm.release(card.name)


def _paint(company: Company, recipe: Recipe) -> int:
    """The rows of its widest step: not every model has a second one for guidance."""
    outcomes: list[Painted | EaselError] = []
    measured: list[Measured] = []
    listener = measured.append
    company.meter.add(listener)
    try:
        company.welcome(
            Seat(
                recipe=recipe,
                sources={},
                tell=lambda step, preview: None,
                end=outcomes.append,
            )
        )
        while company.busy:
            company.turn()
        company.settle()
    finally:
        company.meter.remove(listener)
    for outcome in outcomes:
        if isinstance(outcome, EaselError):
            raise outcome
    return max(each.rows for each in measured if isinstance(each, Stepped))
