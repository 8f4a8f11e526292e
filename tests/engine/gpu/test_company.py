"""What a tile becomes in company, and what is told of it."""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from random import Random
from typing import Any

import pytest
import torch

from engine.gpu.family import Family
from engine.job import Recipe
from engine.sampler import SAMPLERS
from tests.engine.gpu import tiny
from tests.engine.gpu.together import (
    Sitting,
    before_forward,
    company_of,
    family_of,
    far_from,
    paint_together,
    picture_file,
    recipe,
)

FILES = {"source": picture_file(1)}
MIXED = [
    recipe(
        sampler=sampler,
        seed=number,
        steps=3 + number % 5,
        guidance=[5.0, 1.0, 3.0][number % 3],
        prompt=["a red circle", "a (blue:1.4) fox"][number % 2],
    )
    for number, sampler in enumerate(SAMPLERS)
] + [recipe(image="source", strength=0.5, steps=8), recipe(width=72)]


def test_company_changes_a_tile_by_rounding_only(family: Family) -> None:
    alone = [paint_together(family, [one], sources=FILES)[0] for one in MIXED]

    mixed = paint_together(family, MIXED, sources=FILES, turns_between=1)

    assert max(map(far_from, mixed, alone)) < 1e-4


def test_tiles_of_one_shape_share_forwards(family: Family) -> None:
    widths: list[int] = []

    with before_forward(family, lambda latents: widths.append(len(latents))):
        paint_together(family, [recipe(seed=1), recipe(seed=2, guidance=1.0, sampler="DDIM")])

    assert widths == [3] * 5


# Four steps are the fewest in which every sampler does all that it can do.
PACES = [
    *product(SAMPLERS, [(4, 5.0), (2, 0.0)]),
    *product(["Euler", "Heun", "DPM++ 2M SDE", "LCM"], [(1, 7.5), (7, 1.0)]),
]
EXACT = [
    recipe(sampler=sampler, seed=seed, steps=steps, guidance=guidance, exact=True)
    for seed, (sampler, (steps, guidance)) in enumerate(PACES)
]


@pytest.fixture(scope="module")
def alone(family: Family) -> Callable[[Recipe], torch.Tensor]:
    @cache
    def latents(one: Recipe) -> torch.Tensor:
        return paint_together(family, [one])[0].latents

    return latents


def mixes(count: int) -> Iterator[tuple[list[Recipe], int]]:
    """Exact tiles in random company and order; together the mixes have each of EXACT once a round.

    Each with the number of turns between one tile and the next.
    """
    chance = Random(0)
    waiting: list[Recipe] = []
    for _ in range(count):
        if len(waiting) < 4:
            waiting += chance.sample(EXACT, len(EXACT))
        mix = [waiting.pop() for _ in range(chance.randint(1, 4))]
        mix += chance.sample(MIXED, chance.randint(0, 1))
        chance.shuffle(mix)
        yield mix, chance.randint(0, 3)


@pytest.mark.parametrize("count", [24, pytest.param(200, marks=pytest.mark.slow)])
def test_an_exact_tile_knows_no_company(
    family: Family, alone: Callable[[Recipe], torch.Tensor], count: int
) -> None:
    for recipes, turns_between in mixes(count):
        sittings = paint_together(family, recipes, sources=FILES, turns_between=turns_between)
        for sitting in sittings:
            if sitting.recipe.exact:
                assert torch.equal(sitting.latents, alone(sitting.recipe)), sitting.recipe


def test_only_what_is_neither_alone_nor_exact_is_decoded_faster(family: Family) -> None:
    side_by_side: list[bool] = []

    def look(_: Any, inputs: tuple[torch.Tensor, ...]) -> None:
        side_by_side.append(inputs[0].is_contiguous(memory_format=torch.channels_last))

    handle = family.pipe.vae.post_quant_conv.register_forward_pre_hook(look)
    try:
        paint_together(family, [recipe(), recipe(seed=8, steps=9)])
        paint_together(family, [recipe(exact=True), recipe(exact=True, seed=8, steps=9)])
    finally:
        handle.remove()

    # The longer one has no company any more.
    assert side_by_side == [True, False, False, False]


def test_exact_forwards_have_two_rows_with_guidance_and_without(family: Family) -> None:
    widths: list[int] = []

    with before_forward(family, lambda latents: widths.append(len(latents))):
        paint_together(family, [recipe(exact=True), recipe(exact=True, guidance=1.0)])

    assert widths == [2] * 10


def test_seconds_of_a_turn_are_shared_by_rows(family: Family) -> None:
    company = company_of(family)
    two_rows, one_row = Sitting(recipe()), Sitting(recipe(guidance=1.0))
    for sitting in (two_rows, one_row):
        company.welcome(sitting.seat)
        sitting.seat.seconds = 0.0

    company.turn()

    assert one_row.seat.seconds > 0
    assert two_rows.seat.seconds == pytest.approx(2 * one_row.seat.seconds)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_as_many_steps_are_told_as_were_asked_for(family: Family, sampler: str) -> None:
    (sitting,) = paint_together(family, [recipe(sampler=sampler)])

    assert list(dict(sitting.told)) == [1, 2, 3, 4, 5]
    assert any(preview for _, preview in sitting.told)


def test_samplers_that_look_twice_for_a_step_have_no_more_previews(family: Family) -> None:
    (sitting,) = paint_together(family, [recipe(sampler="Heun", steps=9)])

    assert [step for step, _ in sitting.told] == list(range(1, 10))
    assert [step for step, preview in sitting.told if preview] == [4, 8]


def test_without_previews_steps_are_told_all_the_same() -> None:
    family = family_of(tiny.pipeline())
    family.previews = None

    (sitting,) = paint_together(family, [recipe(steps=9)])

    assert [step for step, _ in sitting.told] == list(range(1, 10))
    assert not any(preview for _, preview in sitting.told)


def test_every_step_is_told_and_some_with_a_preview(family: Family) -> None:
    (sitting,) = paint_together(family, [recipe(steps=9)])

    assert [step for step, _ in sitting.told] == list(range(1, 10))
    assert [step for step, preview in sitting.told if preview] == [4, 8]
