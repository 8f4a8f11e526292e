"""Knee: how wide the steps of each model should be, measured where no earlier start did.

Once at the size that a model likes best and once at a larger one: there attention takes more of a
step, and a picture more than its pixels say.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import torch

from engine.card import ModelCard
from engine.curve import LEAST_ROWS, Curve
from engine.gpu.budget import Budget
from engine.gpu.company import Company
from engine.gpu.curves import Curves
from engine.gpu.device import ran_out_of_memory
from engine.gpu.trial import Trial
from engine.gpu.warm import Warm
from engine.job import Recipe
from engine.meter import Meter

log = logging.getLogger(__name__)

# Of each side: the way from the usual size to a second pass of twice as large sides, halfway.
LARGER = 1.5


def find_knees(
    company: Company, warm: Warm, budget: Budget, meter: Meter, kept: Curves
) -> Mapping[str, tuple[Curve, ...]]:
    """The curves of each model, by which its forwards are bounded from now on.

    One that cannot be measured has none, and is painted with as wide as memory allows.
    """

    for card in warm.cards.values():
        curves: list[Curve] = []
        for size in _sizes(card, budget):
            told = told_of(card, warm, size)
            curve = kept.of(told)
            if curve is None:
                curve = Trial(company, meter, card, size, partial(make_ready, warm)).curve()
                if curve is None:
                    break
                kept.keep(told, curve)
            curves.append(curve)
            say(card, curve)
        if curves:
            budget.curves[card.name] = tuple(curves)
        else:
            log.warning("it could not be measured how wide steps of %s should be", card.name)
    return dict(budget.curves)


def _sizes(card: ModelCard, budget: Budget) -> Iterator[tuple[int, int]]:
    """The usual one, and a larger one where the model paints that and it surely fits."""
    yield card.width, card.height
    width, height = (_side(side * LARGER, card) for side in (card.width, card.height))
    if max(width, height) <= card.largest:
        fitting = budget.rows(card.name, width * height)
        # What did not fit would change how the model is painted from then on.
        if fitting is None or fitting >= LEAST_ROWS:
            yield width, height


def _side(side: float, card: ModelCard) -> int:
    return round(side / card.multiple) * card.multiple


def say(card: ModelCard, curve: Curve) -> None:
    size, each = (curve.width, curve.height), curve.row_seconds * 1000
    log.info("%s at %dx%d: %d rows, %.1f ms a row", card.name, *size, curve.knee, each)


def told_of(card: ModelCard, warm: Warm, size: tuple[int, int]) -> Sequence[str]:
    """Device, precision, engine, libraries, weights, size, offload; not the driver."""
    rungs = sorted(warm.easing(card.name).in_force)
    torch_of = f"torch {torch.__version__}"
    return (card.hand, torch_of, card.digest, "{}x{}".format(*size), *rungs)


@torch.inference_mode()
def make_ready(warm: Warm, recipe: Recipe, rows: int = 0, *, compiles: bool = False) -> None:
    """As wide as it is by itself, or wider. Where memory is short it is left as it is."""
    family = warm.hold(recipe.model)
    try:
        family.wear(recipe)
        family.prepare(family.first_rows(recipe).padded(rows), compiles=compiles)
    except Exception as error:
        if not ran_out_of_memory(error):
            raise
        log.warning("%s at its size is not made ready: %s", recipe.model, error)
    finally:
        warm.release(recipe.model)
