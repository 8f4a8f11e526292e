"""The jobs that are painted to compare: as different as those of a community are."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import TypeVar

from engine.card import ModelCard
from engine.gpu.plain import plain_recipe
from engine.job import Recipe
from engine.request import SMALLEST

Choice = TypeVar("Choice")

JOBS = 24
COLOURS = ("red", "green", "blue", "yellow", "purple", "orange", "black", "white")
THINGS = ("circle", "square", "triangle", "star", "house", "tree", "boat", "fish")
NEGATIVES = ("", "blurry, ugly", "text, frame")
# Those that are asked for more often stand here more often. What a model does not know is left out.
SAMPLERS = (
    *("DPM++ 2M Karras", "DPM++ 2M Karras", "Euler a", "Euler a", "Euler", "Euler Beta"),
    *("DPM++ 2M SDE Karras", "UniPC Karras", "DDIM", "LCM", "DPM2 a"),
)
STEPS = (8, 12, 16, 20, 24)
# One job in six has no guidance. The others have the model's own, or a little less or more.
GUIDANCE = (1.0, 0.7, 0.7, 1.0, 1.0, 1.4)
UNGUIDED = 1.0
# Four in five have the usual size, the others are upright.
SHAPES = ((1.0, 1.0), (1.0, 1.0), (1.0, 1.0), (1.0, 1.0), (13 / 16, 19 / 16))


def jobs_of_round(card: ModelCard, number: int, count: int = JOBS) -> list[Recipe]:
    """Other words, seeds and pairings every round, so that nothing is remembered from the last."""
    lottery = Random(number)
    fitting = [name for name in SAMPLERS if not card.samplers or name in card.samplers]
    prompts = [
        f"a {colour} {thing} beside a {other} {thing}, number {number}"
        for thing in THINGS
        for colour in COLOURS
        for other in COLOURS
    ]
    columns = zip(
        lottery.sample(prompts, count),
        _shuffled(NEGATIVES, count, lottery),
        _shuffled(fitting or [card.sampler], count, lottery),
        _shuffled(STEPS, count, lottery),
        _shuffled(range(len(GUIDANCE)), count, lottery),
        _shuffled(SHAPES, count, lottery),
        strict=True,
    )
    return [
        recipe_for(
            card,
            prompt=prompt,
            negative=negative,
            sampler=sampler,
            steps=steps,
            guidance=max(UNGUIDED, card.guidance * GUIDANCE[place]) if place else UNGUIDED,
            seed=1000 * number + index,
            shape=shape,
        )
        for index, (prompt, negative, sampler, steps, place, shape) in enumerate(columns)
    ]


def recipe_for(
    card: ModelCard,
    *,
    prompt: str,
    steps: int,
    seed: int,
    negative: str = "",
    sampler: str | None = None,
    guidance: float | None = None,
    shape: tuple[float, float] = (1.0, 1.0),
) -> Recipe:
    """What the model likes best in everything that is not said. `shape` multiplies its size."""
    size = _side(card, card.width * shape[0]), _side(card, card.height * shape[1])
    return replace(
        plain_recipe(card, prompt, steps=steps, seed=seed, size=size),
        negative=negative,
        guidance=card.guidance if guidance is None else guidance,
        sampler=sampler or card.sampler,
    )


def _shuffled(choices: Sequence[Choice], count: int, lottery: Random) -> list[Choice]:
    """Each as often as the others, in no order."""
    picked = [choices[index % len(choices)] for index in range(count)]
    lottery.shuffle(picked)
    return picked


def _side(card: ModelCard, wish: float) -> int:
    most = card.largest // card.multiple * card.multiple
    return max(SMALLEST, min(most, round(wish / card.multiple) * card.multiple))
