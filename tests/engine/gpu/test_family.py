"""A tile alone is what the stock diffusers pipeline paints, bit for bit."""

from copy import copy
from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from engine.errors import PaintingFailed
from engine.extra import Extra
from engine.gpu.families.sdxl import StableDiffusionXL
from engine.gpu.family import Family
from engine.gpu.notes import NOT_RESCALED
from engine.job import Recipe
from engine.sampler import SAMPLERS, Noise
from tests.engine.gpu import tiny
from tests.engine.gpu.families.specimen import specimen
from tests.engine.gpu.stock_scheduler import stock_scheduler
from tests.engine.gpu.together import begun, family_of, paint_together, picture_file, recipe

SOURCE, MASK = picture_file(1), picture_file(2, "L")
FILES = {"source": SOURCE, "mask": MASK}


@pytest.fixture(scope="module")
def velocity_pipe() -> Any:
    return tiny.pipeline(prediction_type="v_prediction", timestep_spacing="trailing")


@pytest.fixture(scope="module")
def velocity_family(velocity_pipe: Any) -> Family:
    return family_of(velocity_pipe)


def stock(kind: str, pipe: Any, asked: Recipe, **inputs: Any) -> torch.Tensor:
    """The final latents of diffusers' own pipeline of that kind."""
    sampler = SAMPLERS[asked.sampler]
    scheduler = stock_scheduler(sampler.scheduler, pipe.scheduler.config, sampler.options)
    parts = {**pipe.components, "scheduler": scheduler}
    other = getattr(tiny.diffusers, kind)(**parts, requires_safety_checker=False)
    other.set_progress_bar_config(disable=True)
    latents: torch.Tensor = other(
        prompt=asked.prompt,
        negative_prompt=asked.negative,
        num_inference_steps=asked.steps,
        guidance_scale=asked.guidance,
        generator=torch.Generator().manual_seed(asked.seed),
        output_type="latent",
        **inputs,
    ).images
    return latents


def opened(file: bytes) -> Image.Image:
    return Image.open(BytesIO(file))


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_tile_alone_equals_the_stock_pipeline(family: Family, pipe: Any, sampler: str) -> None:
    asked = recipe(sampler=sampler, width=72)

    (sitting,) = paint_together(family, [asked])

    latents = stock("StableDiffusionPipeline", pipe, asked, width=72, height=64)
    with torch.inference_mode():
        signal = pipe.vae.decode(latents / pipe.vae.config.scaling_factor).sample
    (picture,) = pipe.image_processor.postprocess(signal)
    assert torch.equal(sitting.latents, latents)
    assert np.array_equal(np.asarray(sitting.painted.image), np.asarray(picture))


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_model_that_predicts_velocity_equals_stock_too(
    velocity_pipe: Any, velocity_family: Family, sampler: str
) -> None:
    asked = recipe(sampler=sampler, steps=3, guidance=1.0)

    (sitting,) = paint_together(velocity_family, [asked])

    latents = stock("StableDiffusionPipeline", velocity_pipe, asked, width=64, height=64)
    assert torch.equal(sitting.latents, latents)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_single_step_equals_the_stock_pipeline(family: Family, pipe: Any, sampler: str) -> None:
    asked = recipe(sampler=sampler, steps=1)

    (sitting,) = paint_together(family, [asked])

    latents = stock("StableDiffusionPipeline", pipe, asked, width=64, height=64)
    assert torch.equal(sitting.latents, latents)


def equals_stock_over_an_image(
    family: Family, pipe: Any, sampler: str, strength: float, steps: int = 5
) -> bool:
    asked = recipe(sampler=sampler, image="source", strength=strength, steps=steps)

    (sitting,) = paint_together(family, [asked], sources=FILES)

    latents = stock(
        "StableDiffusionImg2ImgPipeline", pipe, asked, image=opened(SOURCE), strength=strength
    )
    return torch.equal(sitting.latents, latents)


# The last of four steps alone, and all of them.
@pytest.mark.parametrize(("strength", "steps"), [(0.3, 4), (1.0, 4)])
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_painting_over_an_image_equals_the_stock_pipeline(
    family: Family, pipe: Any, sampler: str, strength: float, steps: int
) -> None:
    assert equals_stock_over_an_image(family, pipe, sampler, strength, steps)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_velocity_over_an_image_equals_stock_too(
    velocity_pipe: Any, velocity_family: Family, sampler: str
) -> None:
    assert equals_stock_over_an_image(velocity_family, velocity_pipe, sampler, strength=0.6)


def test_a_time_that_stands_twice_is_not_taken_for_the_other(family: Family, pipe: Any) -> None:
    asked = recipe(sampler="DPM++ 2M Karras", steps=60, image="source", strength=0.04)
    painting = begun(family, asked, FILES)
    assert painting.times[painting.done] == painting.times[painting.done + 1]

    (sitting,) = paint_together(family, [asked], sources=FILES)

    latents = stock(
        "StableDiffusionImg2ImgPipeline", pipe, asked, image=opened(SOURCE), strength=0.04
    )
    assert torch.equal(sitting.latents, latents)


@pytest.mark.parametrize(
    ("sampler", "strength"),
    [
        *((sampler, 0.6) for sampler in SAMPLERS),
        # There the source plays no part in the beginning.
        *((sampler, 1.0) for sampler in ("Euler", "DDIM", "DPM2 a", "UniPC")),
    ],
)
def test_painting_inside_a_mask_equals_the_stock_pipeline(
    family: Family, pipe: Any, sampler: str, strength: float
) -> None:
    asked = recipe(sampler=sampler, image="source", mask="mask", strength=strength)

    (sitting,) = paint_together(family, [asked], sources=FILES)

    latents = stock(
        "StableDiffusionInpaintPipeline",
        pipe,
        asked,
        image=opened(SOURCE),
        mask_image=opened(MASK),
        strength=strength,
        width=64,
        height=64,
    )
    assert torch.equal(sitting.latents, latents)


@pytest.mark.parametrize("sampler", ["Euler", "DPM++ 2M Karras", "Euler a"])
@pytest.mark.parametrize("kind", ["noise", "velocity"])
def test_rescaled_guidance_equals_the_stock_pipeline(
    request: pytest.FixtureRequest, kind: str, sampler: str
) -> None:
    prefix = "velocity_" if kind == "velocity" else ""
    pipe, family = (request.getfixturevalue(f"{prefix}{part}") for part in ("pipe", "family"))
    asked = recipe(sampler=sampler, rescale=0.7)

    (sitting,) = paint_together(family, [asked])

    inputs = {"width": 64, "height": 64, "guidance_rescale": 0.7}
    assert torch.equal(sitting.latents, stock("StableDiffusionPipeline", pipe, asked, **inputs))
    (plain,) = paint_together(family, [recipe(sampler=sampler)])
    assert not torch.allclose(sitting.latents, plain.latents, rtol=0.01)
    assert sitting.painted.notes == ()


def test_words_that_a_model_has_no_picture_for_are_said(family: Family) -> None:
    few = copy(family)
    few.card = replace(family.card, knows=("boat", "cat"))
    lora = Extra(name="astronauts", digest="ab")

    [note] = few.notes(recipe(prompt="an astronaut"))

    assert note.endswith("has a picture for no word of that. It knows English words: boat, cat.")
    assert few.notes(recipe(prompt="two cats")) == ()
    assert few.notes(recipe(prompt="an astronaut", loras=(lora,))) == ()
    assert family.notes(recipe(prompt="an astronaut")) == ()


@pytest.mark.parametrize("kind", ["epsilon", "v_prediction"])
def test_rescaled_guidance_equals_stock_where_the_size_is_told_too(kind: str) -> None:
    pipe = tiny.sdxl(prediction_type=kind)
    sdxl = specimen(pipe, StableDiffusionXL, "sdxl", multiple=8, noise=Noise.DIFFUSION)
    asked = sdxl.recipe(rescale=0.7)

    (sitting,) = paint_together(sdxl.family, [asked])

    assert torch.equal(sitting.latents, sdxl.latents(asked, guidance_rescale=0.7))
    assert not torch.equal(sitting.latents, sdxl.latents(asked))


def test_tiles_that_are_rescaled_and_not_share_forwards(family: Family) -> None:
    recipes = [recipe(rescale=0.7), recipe(seed=2), recipe(seed=3, rescale=0.2, steps=6)]
    alone = [paint_together(family, [each])[0] for each in recipes]

    together = paint_together(family, recipes)

    for sitting, other in zip(together, alone, strict=True):
        assert torch.allclose(sitting.latents, other.latents, rtol=1e-4, atol=1e-4)


def test_without_guidance_there_is_nothing_to_rescale(family: Family) -> None:
    asked = recipe(guidance=1.0)

    rescaled, plain = paint_together(family, [replace(asked, rescale=0.7), asked])

    assert rescaled.painted.notes == (NOT_RESCALED,)
    assert plain.painted.notes == ()
    assert torch.equal(rescaled.latents, plain.latents)


@pytest.mark.parametrize("sampler", ["Euler", "Heun", "DPM2 a"])
def test_the_least_strength_still_paints_one_step(family: Family, sampler: str) -> None:
    asked = recipe(sampler=sampler, image="source", strength=0.01)

    (sitting,) = paint_together(family, [asked], sources=FILES)

    assert [step for step, _ in sitting.told] == [asked.steps]


def test_a_model_of_eight_channels_paints_inside_a_mask() -> None:
    family = family_of(tiny.pipeline(channels=8))

    (sitting,) = paint_together(
        family, [recipe(image="source", mask="mask", strength=0.6)], sources=FILES
    )

    assert sitting.painted.image.size == (64, 64)


def test_guidance_of_one_or_less_takes_one_row(family: Family) -> None:
    assert begun(family, recipe(guidance=1.0), {}).rows == 1
    assert begun(family, recipe(guidance=1.1), {}).rows == 2


def test_planning_and_asking_change_nothing(family: Family) -> None:
    painting = begun(family, recipe(sampler="Euler a"), {})
    with torch.inference_mode():
        once = family.forward(family.rows(painting))
        again = family.forward(family.rows(painting))

    assert torch.equal(once, again)
    assert painting.done == 0


def test_another_seed_is_another_picture(family: Family) -> None:
    one, other = paint_together(family, [recipe(seed=1), recipe(seed=2)])

    assert not torch.equal(one.latents, other.latents)


def test_latents_that_are_no_numbers_are_no_picture(family: Family) -> None:
    painting = begun(family, recipe(), {})
    painting.latents = torch.full_like(painting.latents, float("nan"))

    with pytest.raises(PaintingFailed, match="less guidance"):
        family.decode(painting)
