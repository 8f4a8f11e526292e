"""Painting: a tile on its way from noise to picture."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from engine.cadence import is_shallow
from engine.gpu.images.canvas import Canvas
from engine.gpu.phase import Phase
from engine.job import Recipe

BLANK = Canvas()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What inpainting keeps: the source as latents, its noise, and a mask, 1 where to paint."""

    source: Tensor
    noise: Tensor
    mask: Tensor


@dataclass(eq=False, slots=True, kw_only=True)
class Painting:
    """Only `Sampling.advance` changes it, by one step and at once.

    `times` are all the scheduler's own times; `done` of them are behind us, those that an image
    to start from made unnecessary included. `notes` say what of the recipe changed nothing.
    `beside` is what a network for inpainting is shown beside the latents. `before` is what is added
    to its steps when they are told: what earlier passes took. Of `every` so many steps one is
    painted whole, and others with what its deep part made, which is `deep` meanwhile.
    """

    recipe: Recipe
    conditioning: Mapping[str, Tensor]
    scheduler: Any
    options: Mapping[str, Any]
    times: Tensor
    latents: Tensor
    done: int
    canvas: Canvas = BLANK
    kept: Kept | None = None
    beside: Tensor | None = None
    before: int = 0
    notes: tuple[str, ...] = ()
    every: int = 1
    deep: Tensor | None = None
    first: int = field(init=False)
    """How many times were behind us at the beginning."""
    guided: int = field(init=False)
    """How many of the times that are painted have guidance, where there is any."""

    def __post_init__(self) -> None:
        self.first = self.done
        self.guided = self.recipe.guided(self.to_paint)

    @property
    def key(self) -> Hashable:
        """Paintings with equal keys can share a forward."""
        shapes = tuple((name, rows.shape[1:]) for name, rows in self.conditioning.items())
        recipe = self.recipe
        worn = (
            recipe.loras,
            tuple((each.digest, each.weight) for each in recipe.references),
            tuple((each.digest, each.name) for each in recipe.controls),
        )
        return recipe.model, recipe.exact, self.latents.shape[1:], shapes, worn, self.phase

    @property
    def rows(self) -> int:
        """Two with guidance, one without, and where it has ended."""
        return 1 if self.painted >= self.guided else len(next(iter(self.conditioning.values())))

    @property
    def told(self) -> Mapping[str, Tensor]:
        """The rows of the conditioning that the next step has: what is wanted comes last."""
        return {name: rows[-self.rows :] for name, rows in self.conditioning.items()}

    @property
    def phase(self) -> Phase:
        """Of the next step. What no step after it would take is not kept."""
        if is_shallow(self.painted, self.to_paint, self.every):
            return Phase.SHALLOW
        followed = is_shallow(self.painted + 1, self.to_paint, self.every)
        return Phase.KEEPING if followed else Phase.WHOLE

    @property
    def step(self) -> int:
        """Whole steps behind us, out of the recipe's. Some samplers take two times for a step."""
        return self.done * self.recipe.steps // len(self.times)

    @property
    def painted(self) -> int:
        """Times behind us that were painted."""
        return self.done - self.first

    @property
    def to_paint(self) -> int:
        """Times that are painted from the beginning to the end."""
        return len(self.times) - self.first

    @property
    def time(self) -> Tensor:
        return self.times[self.done]

    @property
    def finished(self) -> bool:
        return self.done >= len(self.times)
