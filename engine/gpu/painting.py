"""Painting: a tile on its way from noise to picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from engine.job import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What inpainting keeps: the source as latents, its noise, and a mask, 1 where to paint."""

    source: Tensor
    noise: Tensor
    mask: Tensor


@dataclass(eq=False, slots=True, kw_only=True)
class Painting:
    """Only `Family.advance` changes it, by one step and at once.

    `times` are all the scheduler's own times; `done` of them are behind us, those that an image
    to start from made unnecessary included. `notes` say what of the recipe changed nothing.
    """

    recipe: Recipe
    conditioning: Mapping[str, Tensor]
    scheduler: Any
    options: Mapping[str, Any]
    times: Tensor
    latents: Tensor
    done: int
    kept: Kept | None = None
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Two with guidance, one without."""
        return len(next(iter(self.conditioning.values())))

    @property
    def step(self) -> int:
        """Whole steps behind us, out of the recipe's. Some samplers take two times for a step."""
        return self.done * self.recipe.steps // len(self.times)

    @property
    def time(self) -> Tensor:
        return self.times[self.done]

    @property
    def finished(self) -> bool:
        return self.done >= len(self.times)
