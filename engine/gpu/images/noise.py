"""Noise: where a tile begins, the same for a seed on every device."""

import torch
from torch import Generator, Tensor

from engine.job import Recipe


def generator_of(seed: int) -> Generator:
    """On the CPU, whichever device paints."""
    return Generator("cpu").manual_seed(seed)


def first_noise(recipe: Recipe, shape: tuple[int, ...], generator: Generator) -> Tensor:
    """The next noise of the generator, which is the seed's; with a variation, leaning elsewhere.

    Samplers that add noise on the way go on with the seed's own.
    """
    own = torch.randn(shape, generator=generator)
    if not recipe.variation or recipe.variation_seed is None:
        return own
    other = torch.randn(shape, generator=generator_of(recipe.variation_seed))
    return leaning(own, other, recipe.variation)


def leaning(one: Tensor, other: Tensor, share: float) -> Tensor:
    """A part of the way from one noise to another, on a great circle: as strong as both all along.

    On a straight line the noise in the middle would be too weak, and the picture pale.
    """
    if share >= 1:
        return other
    first, second = one.double().flatten(), other.double().flatten()
    cosine = torch.dot(first, second) / (first.norm() * second.norm())
    angle = torch.acos(cosine.clamp(-1, 1))
    if float(angle) < 1e-6:
        return one
    mixed = torch.sin((1 - share) * angle) * first + torch.sin(share * angle) * second
    return (mixed / torch.sin(angle)).float().reshape(one.shape)
