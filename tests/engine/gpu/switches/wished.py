"""What people asked a model for, as a painter notes it."""

from pathlib import Path

import torch

from engine.gpu.family import Family
from engine.gpu.kept import Kept
from engine.gpu.switches.popular import (
    Asked,
    Popular,
    recipe_like,
)
from engine.gpu.switches.shape import Shape
from engine.gpu.warm import Warm

TWO = Asked(width=64, height=64, rows=2, tokens=77)
LONG = Asked(width=64, height=128, rows=4, tokens=2 * 77)
LONE = Asked(width=128, height=64, rows=1, tokens=77)
LIKES = Asked(width=128, height=128, rows=2, tokens=77)
"""The usual one of the model."""


def warm_of(family: Family) -> Warm:
    warm = Warm.of({family.card.name: family})
    warm.hold(family.card.name)
    return warm


@torch.inference_mode()
def asked_for(family: Family, asked: Asked, times: int) -> None:
    like = recipe_like(asked, family)
    assert like is not None
    rows = family.first_rows(like).padded(asked.rows)
    family.forward(rows, plainly=False)
    assert family.tracks is not None
    shape = Shape.of(rows)
    assert shape is not None
    family.tracks.all[shape].asked += times - 1


def lately(folder: Path | None, family: Family, *asked: tuple[Asked, int]) -> Popular:
    """What a painter that ends in order has noted."""
    popular = Popular(Kept(folder))
    for one, times in asked:
        asked_for(family, one, times)
    popular.note(warm_of(family))
    popular.keep()
    return popular
