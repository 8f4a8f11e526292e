"""Of every family, a tile alone is what the stock diffusers pipeline paints, bit for bit."""

from collections.abc import Mapping

import numpy as np
import pytest
import torch

from engine.sampler import SAMPLERS
from tests.engine.gpu.families.specimen import FILES, Specimen
from tests.engine.gpu.together import paint_together

NEW = ("sdxl", "sd3", "flux")
SAMPLED = [
    *(("sdxl", name) for name in ("Euler", "Euler a", "DPM++ 2M Karras", "UniPC", "DDIM", "LCM")),
    *(("sd3", name) for name, sampler in SAMPLERS.items() if sampler.flow),
    # The stock pipeline sets the steps in a way that no other scheduler takes.
    *(("flux", name) for name in ("Euler", "Euler Beta")),
]


@pytest.mark.parametrize("guidance", [5.0, 1.0])
@pytest.mark.parametrize(("name", "sampler"), SAMPLED)
def test_a_tile_alone_equals_the_stock_pipeline(
    specimens: Mapping[str, Specimen], name: str, sampler: str, guidance: float
) -> None:
    specimen = specimens[name]
    asked = specimen.recipe(sampler=sampler, guidance=guidance, width=80)

    (sitting,) = paint_together(specimen.family, [asked])

    assert torch.equal(sitting.latents, specimen.latents(asked))


@pytest.mark.parametrize("name", NEW)
def test_the_picture_equals_the_stock_pipelines(
    specimens: Mapping[str, Specimen], name: str
) -> None:
    specimen = specimens[name]
    asked = specimen.recipe(height=96)

    (sitting,) = paint_together(specimen.family, [asked])

    assert np.array_equal(np.asarray(sitting.painted.image), np.asarray(specimen.paint(asked)))


@pytest.mark.parametrize("strength", [0.3, 0.5, 1.0])
@pytest.mark.parametrize("name", NEW)
def test_painting_over_an_image_equals_the_stock_pipeline(
    specimens: Mapping[str, Specimen], name: str, strength: float
) -> None:
    specimen = specimens[name]
    asked = specimen.recipe(image="source", strength=strength)

    (sitting,) = paint_together(specimen.family, [asked], sources=FILES)

    assert torch.equal(sitting.latents, specimen.latents(asked))


@pytest.mark.parametrize("strength", [0.6, 1.0])
@pytest.mark.parametrize("name", NEW)
def test_painting_inside_a_mask_equals_the_stock_pipeline(
    specimens: Mapping[str, Specimen], name: str, strength: float
) -> None:
    specimen = specimens[name]
    asked = specimen.recipe(image="source", mask="mask", strength=strength)

    (sitting,) = paint_together(specimen.family, [asked], sources=FILES)

    assert torch.equal(sitting.latents, specimen.latents(asked))


@pytest.mark.parametrize("name", NEW)
def test_without_a_negative_prompt_it_is_the_stock_pipeline_without_one(
    specimens: Mapping[str, Specimen], name: str
) -> None:
    specimen = specimens[name]
    asked = specimen.recipe(negative="")

    (sitting,) = paint_together(specimen.family, [asked])

    assert torch.equal(sitting.latents, specimen.latents(asked))


@pytest.mark.parametrize("name", NEW)
def test_the_least_strength_still_paints_one_step(
    specimens: Mapping[str, Specimen], name: str
) -> None:
    specimen = specimens[name]
    asked = specimen.recipe(image="source", strength=0.01)

    (sitting,) = paint_together(specimen.family, [asked], sources=FILES)

    assert [step for step, _ in sitting.told] == [asked.steps]
