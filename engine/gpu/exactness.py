"""Exactness: whether a card answers the same rows with the same bits, whatever it did between."""

from dataclasses import replace

import torch

from engine.gpu.family import Family
from engine.gpu.kernels import STOCK_ROWS
from engine.gpu.rows import Rows
from engine.job import Recipe

MIXES = 20
# What others are painted in between: narrower, as wide, and wider.
OTHERS = (1, 2, 3, 4, 6)


@torch.inference_mode()
def repeats_itself(family: Family, recipe: Recipe) -> bool:
    """Asked as an exact tile asks: by forwards of its own, always equally wide."""
    rows = family.first_rows(recipe).padded(STOCK_ROWS)
    expected = family.forward(rows)
    generator = torch.Generator().manual_seed(0)
    for mix in range(MIXES):
        family.forward(_others(rows, OTHERS[mix % len(OTHERS)], generator), plainly=False)
        if not torch.equal(family.forward(rows), expected):
            return False
    return True


def _others(rows: Rows, count: int, generator: torch.Generator) -> Rows:
    """Other noise at other times, told something else."""
    like = rows.part(0, 1).padded(count)
    noise = torch.randn(like.latents.shape, generator=generator).to(like.latents)
    return replace(
        like,
        latents=noise * like.latents.float().std().to(like.latents),
        times=torch.rand(count, generator=generator) * float(rows.times[0]),
        conditioning={name: told.roll(1, -1) for name, told in like.conditioning.items()},
    )
