"""Guidance that ends early is diffusers' own way to end it, bit for bit, and saves its rows."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
import torch

from engine.gpu.company import Company
from engine.gpu.notes import ENDED, NOT_ENDED
from engine.gpu.warm import Warm
from engine.job import LATENT, Recipe
from engine.phrase import Phrase
from engine.turns import Turns
from tests.engine.gpu.families.specimen import FILES, Specimen
from tests.engine.gpu.together import (
    CPU,
    Sitting,
    before_forward,
    far_from,
    finish,
    paint_together,
)

TOLD = {
    "sd": ["prompt_embeds"],
    "sdxl": ["prompt_embeds", "add_text_embeds", "add_time_ids"],
    "sd3": ["prompt_embeds", "pooled_prompt_embeds"],
}
"""What the pipelines let a callback change of what is told in two rows."""


def ending(told: list[str], guided: int) -> Mapping[str, Any]:
    """The inputs of a stock pipeline whose guidance ends after so many forwards."""

    def at_the_end(pipe: Any, step: int, time: Any, rows: dict[str, Any]) -> dict[str, Any]:
        if step != guided - 1:
            return rows
        pipe._guidance_scale = 0.0
        return {name: both.chunk(2)[-1] for name, both in rows.items()}

    return {"callback_on_step_end": at_the_end, "callback_on_step_end_tensor_inputs": told}


def widths_of(specimen: Specimen, paint: Callable[[], Any]) -> list[int]:
    widths: list[int] = []
    with before_forward(specimen.family, lambda latents: widths.append(len(latents))):
        paint()
    return widths


@pytest.mark.parametrize("end", [0.2, 0.6, 1.0])
@pytest.mark.parametrize("sampler", ["Euler", "DPM++ 2M Karras", "Euler a", "DDIM"])
@pytest.mark.parametrize("name", ["sd", "sdxl"])
def test_a_tile_alone_equals_the_stock_pipeline(
    specimens: Mapping[str, Specimen], name: str, sampler: str, end: float
) -> None:
    specimen = specimens[name]
    asked = specimen.recipe(sampler=sampler, guidance_end=end)

    (sitting,) = paint_together(specimen.family, [asked])

    stock = specimen.latents(asked, **ending(TOLD[name], round(5 * end)))
    assert torch.equal(sitting.latents, stock)


@pytest.mark.parametrize("end", [0.2, 0.6])
def test_a_flow_transformer_equals_the_stock_pipeline(
    specimens: Mapping[str, Specimen], end: float
) -> None:
    specimen = specimens["sd3"]
    asked = specimen.recipe(guidance_end=end)

    (sitting,) = paint_together(specimen.family, [asked])

    assert torch.equal(
        sitting.latents, specimen.latents(asked, **ending(TOLD["sd3"], round(5 * end)))
    )


@pytest.mark.parametrize("sampler", ["Heun", "DPM2 a", "PNDM"])
def test_of_samplers_that_ask_more_than_once_a_step_each_time_counts(
    specimens: Mapping[str, Specimen], sampler: str
) -> None:
    specimen = specimens["sd"]
    asked = specimen.recipe(sampler=sampler, guidance_end=0.5)
    painted = []

    widths = widths_of(specimen, lambda: painted.extend(paint_together(specimen.family, [asked])))

    guided = round(len(widths) / 2)
    assert widths == [2] * guided + [1] * (len(widths) - guided)
    stock = specimen.latents(asked, **ending(TOLD["sd"], guided))
    assert torch.equal(painted[0].latents, stock)


@pytest.mark.parametrize("name", ["sd", "sdxl"])
def test_over_an_image_it_is_the_share_of_the_steps_that_are_painted(
    specimens: Mapping[str, Specimen], name: str
) -> None:
    specimen = specimens[name]
    asked = specimen.recipe(image="source", strength=0.5, steps=8, guidance_end=0.5)

    (sitting,) = paint_together(specimen.family, [asked], sources=FILES)

    assert torch.equal(sitting.latents, specimen.latents(asked, **ending(TOLD[name], 2)))


def test_inside_a_mask_it_equals_the_stock_pipeline(specimens: Mapping[str, Specimen]) -> None:
    specimen = specimens["sd"]
    asked = specimen.recipe(image="source", mask="mask", strength=1.0, guidance_end=0.6)

    (sitting,) = paint_together(specimen.family, [asked], sources=FILES)

    told = ["prompt_embeds", "mask", "masked_image_latents"]
    assert torch.equal(sitting.latents, specimen.latents(asked, **ending(told, 3)))


@pytest.mark.parametrize("name", ["sd", "sdxl"])
def test_guidance_that_ended_leaves_its_rows_to_others(
    specimens: Mapping[str, Specimen], name: str
) -> None:
    specimen = specimens[name]
    recipes = [specimen.recipe(guidance_end=0.4), specimen.recipe(seed=2, guidance_end=0.8)]

    widths = widths_of(specimen, lambda: paint_together(specimen.family, recipes))

    assert widths == [4, 4, 3, 3, 2]


def test_where_there_is_little_room_tiles_come_together_once_their_guidance_has_ended(
    specimens: Mapping[str, Specimen],
) -> None:
    specimen = specimens["sd"]
    family = specimen.family
    company = Company(Warm.of({family.card.name: family}), CPU, Turns(most_rows=2))
    sittings = [Sitting(specimen.recipe(seed=seed, guidance_end=0.2)) for seed in (1, 2)]

    widths = widths_of(specimen, lambda: finish(company, *sittings))

    assert widths == [2] * 6
    assert all(sitting.painted for sitting in sittings)


@pytest.mark.parametrize("name", ["sd", "sdxl", "sd3"])
def test_company_changes_a_tile_by_rounding_only(
    specimens: Mapping[str, Specimen], name: str
) -> None:
    specimen = specimens[name]
    recipes = [
        specimen.recipe(guidance_end=0.4),
        specimen.recipe(seed=2, steps=7),
        specimen.recipe(seed=3, guidance=1.0),
        specimen.recipe(seed=4, guidance_end=0.7, rescale=0.5),
    ]
    alone = [paint_together(specimen.family, [each])[0] for each in recipes]

    mixed = paint_together(specimen.family, recipes, turns_between=1)

    assert max(map(far_from, mixed, alone)) < 1e-4


@pytest.mark.parametrize("name", ["sd", "sdxl"])
def test_an_exact_tile_knows_no_company(specimens: Mapping[str, Specimen], name: str) -> None:
    specimen = specimens[name]
    asked = specimen.recipe(guidance_end=0.4, exact=True)
    alone: list[Any] = []
    widths = widths_of(specimen, lambda: alone.extend(paint_together(specimen.family, [asked])))

    mixed, *_ = paint_together(
        specimen.family, [asked, specimen.recipe(seed=2), specimen.recipe(seed=3, guidance_end=0.6)]
    )

    assert widths == [2] * 5
    assert torch.equal(mixed.latents, alone[0].latents)


def test_a_second_pass_has_an_end_of_its_own(specimens: Mapping[str, Specimen]) -> None:
    specimen = specimens["sd"]
    asked = specimen.recipe(guidance_end=0.6, upscale=2.0, upscaler=LATENT, redraw=0.8)

    widths = widths_of(specimen, lambda: paint_together(specimen.family, [asked]))

    assert widths == [2, 2, 2, 1, 1, 2, 2, 1, 1]


def test_a_picture_says_that_its_guidance_ended(specimens: Mapping[str, Specimen]) -> None:
    specimen = specimens["sd"]

    def notes(asked: Recipe) -> tuple[str, ...]:
        return paint_together(specimen.family, [asked])[0].painted.notes

    assert notes(specimen.recipe(guidance_end=0.6)) == (Phrase(ENDED, guided=3, steps=5),)
    assert notes(specimen.recipe(guidance_end=1.0)) == ()
    # Nothing is left of the steps to end before.
    assert notes(specimen.recipe(guidance_end=0.99)) == ()


@pytest.mark.parametrize("name", ["sd", "sdxl", "sd3"])
def test_without_guidance_there_is_none_to_end(
    specimens: Mapping[str, Specimen], name: str
) -> None:
    specimen = specimens[name]
    asked = specimen.recipe(guidance=1.0)

    ended, plain = paint_together(specimen.family, [replace(asked, guidance_end=0.5), asked])

    assert ended.painted.notes == (NOT_ENDED,)
    assert torch.equal(ended.latents, plain.latents)
