"""Some rows: what the network is asked for several tiles, without anybody who wants them."""

import torch

from benchmarks.ours import recipe_for
from engine.gpu.family import Family
from engine.gpu.rows import Rows, joined


@torch.inference_mode()
def some_rows(family: Family, count: int, *, seed: int = 0) -> Rows:
    """Of several tiles, each with other latents at another time."""
    recipe = recipe_for(family.card, 20)
    told = family.encode(recipe)
    scale, channels = family.autoencoder.scale, family.autoencoder.channels
    shape = (count, channels, recipe.height // scale, recipe.width // scale)
    lottery = torch.Generator().manual_seed(seed)
    times = torch.rand(count, generator=lottery) * 999
    pairs = joined(
        [
            Rows(latents=torch.zeros(2), times=torch.zeros(2), conditioning=told)
            for _ in range(-(-count // 2))
        ]
    )
    return Rows(
        latents=torch.randn(shape, generator=lottery).to(family.device),
        times=times,
        conditioning={name: each[:count] for name, each in pairs.conditioning.items()},
    )
