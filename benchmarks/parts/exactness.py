"""Exactness: whether rows have the same bits in any company."""

from dataclasses import dataclass
from random import Random

import torch
from torch import Tensor

from benchmarks.bench import Bench
from benchmarks.ours import Ours, recipe_for
from benchmarks.published import Published
from benchmarks.serving import serve
from benchmarks.some_rows import some_rows
from engine.gpu.rows import Rows, joined
from engine.job import Recipe

TILE, WIDE = 2, 8
"""Rows of a picture with guidance, and of the forwards that it shares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exactness:
    """Out of so many mixes, those in which the rows of one tile had the same bits.

    `canonical` in forwards that are always equally wide, first, last or between, with other rows
    beside them; `own` in one of its own among wide ones of others, which is what `--exact` does;
    `widths` is how far a wide forward is from one of its own, of the largest value. `picture` is
    whether the engine's own exact picture came out alike alone and in company.
    """

    mixes: int
    canonical: int
    own: int
    widths: float
    picture: bool


@torch.inference_mode()
def exactness(bench: Bench, model: Published) -> Exactness:
    """With the switches as they are used."""
    ours = bench.ours(model)
    family, mixes = ours.family, bench.extent.mixes
    tile = some_rows(family, TILE)
    alone = family.forward(tile).clone()
    first = _in_company(ours, tile, place=0, seed=1)
    canonical = own = 0
    for mix in range(mixes):
        # The last place, the first, and then any.
        places = range(0, WIDE - TILE + 1, TILE)
        place = [places[-1], 0][mix] if mix < 2 else Random(mix).choice(places)
        canonical += torch.equal(_in_company(ours, tile, place=place, seed=2 + mix), first)
        own += torch.equal(family.forward(tile), alone)
    return Exactness(
        mixes=mixes,
        canonical=canonical,
        own=own,
        widths=float((first - alone).abs().max() / alone.abs().max()),
        picture=_picture(bench, model, ours),
    )


def _in_company(ours: Ours, tile: Rows, *, place: int, seed: int) -> Tensor:
    others = some_rows(ours.family, WIDE - TILE, seed=seed)
    parts = [others.part(0, place), tile, others.part(place, len(others))]
    answer = ours.family.forward(joined([part for part in parts if len(part)]))
    return answer[place : place + TILE].clone()


def _picture(bench: Bench, model: Published, ours: Ours) -> bool:
    recipe = recipe_for(ours.family.card, bench.extent.steps(model.steps[0]), exact=True)
    alone = ours.image(recipe).tobytes()
    others: list[Recipe] = [
        recipe_for(ours.family.card, bench.extent.steps(steps)) for steps in (20, 30, 50)
    ]
    served = serve(ours.company, [(0.0, each) for each in (*others, recipe)], at_once=4)
    return served[-1].image.tobytes() == alone
