"""The table that people know from tutorials: prompts by steps by sizes, in seconds a picture."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import mean
from typing import Any

from engine.card import ModelCard
from engine.gpu.bench.crowd import paint_all
from engine.gpu.bench.measured import Run
from engine.gpu.bench.mix import recipe_for
from engine.job import Recipe
from engine.ports import Painter

PROMPTS = (
    "a red circle on a white background",
    "a lighthouse in a storm, oil on canvas",
    "a small green house beside a large yellow tree, photograph, soft light",
)
SIZES = (1.0, 1.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Every prompt once, with these steps and this size."""

    recipes: tuple[Recipe, ...]
    run: Run

    def as_json(self) -> dict[str, Any]:
        first = self.recipes[0]
        return {
            "size": f"{first.width}x{first.height}",
            "steps": first.steps,
            "pictures": len(self.run.waits),
            "mean_s": mean(self.run.waits),
            "min_s": min(self.run.waits),
            "max_s": max(self.run.waits),
        }


def rows_of(
    card: ModelCard, *, steps: Sequence[int], prompts: Sequence[str] = PROMPTS
) -> list[tuple[Recipe, ...]]:
    """The recipes of each cell. A size that the model does not paint is not there twice."""
    cells = [
        tuple(
            recipe_for(card, prompt=prompt, steps=count, seed=seed, shape=(size, size))
            for seed, prompt in enumerate(prompts)
        )
        for size in SIZES
        for count in steps
    ]
    return list(dict.fromkeys(cells))


async def grid(painter: Painter, cells: Sequence[tuple[Recipe, ...]]) -> list[Cell]:
    """Paint all of it, one picture at a time."""
    measured = []
    for recipes in cells:
        # The first picture of a size finds out how to paint that size.
        await paint_all(painter, [replace(recipes[0], steps=2)], in_flight=1)
        run = await paint_all(painter, recipes, in_flight=1)
        measured.append(Cell(recipes=recipes, run=run))
    return measured
