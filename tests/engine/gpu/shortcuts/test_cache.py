"""A cache is the same for a seed and recipe as for diffusers' own pipelines that keep as long."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
import torch

from engine.gpu.notes import CACHED, NOT_CACHED
from engine.gpu.phase import Phase
from engine.gpu.shortcuts.cache import DEEP, apart
from engine.job import LATENT, Recipe
from engine.phrase import Phrase
from tests.engine.gpu.families.specimen import FILES, MAKERS, Specimen
from tests.engine.gpu.families.test_guidance_end import TOLD, ending
from tests.engine.gpu.shortcuts.depth import SHALLOW, WHOLE, steps_of
from tests.engine.gpu.shortcuts.stale import stale
from tests.engine.gpu.together import (
    begun,
    paint_together,
)

UNETS = ("sd", "sdxl")
NAMES = (*UNETS, "sd3", "flux")


@pytest.mark.parametrize("changes", [{}, {"guidance": 1.0}, {"width": 80, "height": 112}])
@pytest.mark.parametrize("name", NAMES)
@torch.inference_mode()
def test_a_network_in_parts_answers_what_it_answers_whole(
    specimens: Mapping[str, Specimen], name: str, changes: Mapping[str, Any]
) -> None:
    specimen, family = specimens[name], specimens[name].family
    painting = begun(family, specimen.recipe(cache=2, **changes), {})
    rows = family.rows(painting)
    whole = family.forward(replace(rows, phase=Phase.WHOLE))

    kept, deep = apart(family.forward(rows), painting.latents)
    assert deep is not None
    told = {**rows.conditioning, DEEP: deep}
    shallow = family.forward(replace(rows, phase=Phase.SHALLOW, conditioning=told))

    assert rows.phase is Phase.KEEPING
    assert torch.equal(kept, whole)
    # What transformers keep is a difference, and differences are rounded.
    assert torch.allclose(shallow, whole, rtol=0, atol=0 if name in UNETS else 1e-5)


def test_a_side_that_is_odd_inside_is_answered_as_by_the_whole(
    specimens: Mapping[str, Specimen],
) -> None:
    specimen = specimens["sd"]
    asked = specimen.recipe(cache=2, width=72, height=104)

    (sitting,) = paint_together(specimen.family, [asked])

    assert torch.equal(sitting.latents, stale(specimen, asked, "W.WWW"))


@pytest.mark.parametrize(("every", "forwards"), [(2, "W.W.WW"), (3, "W..WWW")])
@pytest.mark.parametrize("name", NAMES)
def test_a_tile_alone_equals_a_stock_pipeline_that_keeps(
    specimens: Mapping[str, Specimen], name: str, every: int, forwards: str
) -> None:
    specimen = specimens[name]
    asked = specimen.recipe(cache=every, steps=6)

    (sitting,) = paint_together(specimen.family, [asked])

    assert torch.equal(sitting.latents, stale(specimen, asked, forwards))
    assert not torch.equal(sitting.latents, specimen.latents(asked))


@pytest.mark.parametrize(
    ("sampler", "forwards"),
    [
        ("DPM++ 2M Karras", "W..WW"),
        ("Euler a", "W..WW"),
        ("Heun", "W..W..WWW"),
        ("PNDM", "W..WWW"),
    ],
)
def test_of_every_sampler_forwards_count_and_not_steps(
    specimens: Mapping[str, Specimen], sampler: str, forwards: str
) -> None:
    specimen = specimens["sd"]
    asked = specimen.recipe(cache=3, sampler=sampler)

    (sitting,) = paint_together(specimen.family, [asked])

    assert torch.equal(sitting.latents, stale(specimen, asked, forwards))


@pytest.mark.parametrize("name", UNETS)
def test_where_guidance_has_ended_the_wanted_row_goes_on(
    specimens: Mapping[str, Specimen], name: str
) -> None:
    specimen = specimens[name]
    asked = specimen.recipe(cache=3, guidance_end=0.4)

    with steps_of(specimen.family) as steps:
        (sitting,) = paint_together(specimen.family, [asked])

    assert steps == [(WHOLE, 2), (SHALLOW, 2), (SHALLOW, 1), (WHOLE, 1), (WHOLE, 1)]
    assert torch.equal(sitting.latents, stale(specimen, asked, "W..WW", **ending(TOLD[name], 2)))


def test_inside_a_mask_it_equals_a_stock_pipeline_that_keeps(
    specimens: Mapping[str, Specimen],
) -> None:
    specimen = specimens["sd"]
    asked = specimen.recipe(cache=2, image="source", mask="mask", strength=1.0)

    (sitting,) = paint_together(specimen.family, [asked], sources=FILES)

    assert torch.equal(sitting.latents, stale(specimen, asked, "W.WWW"))


def test_over_an_image_the_first_step_that_is_painted_is_whole(
    specimens: Mapping[str, Specimen],
) -> None:
    specimen = specimens["sd"]
    asked = specimen.recipe(cache=3, image="source", strength=0.5, steps=8)

    with steps_of(specimen.family) as steps:
        (sitting,) = paint_together(specimen.family, [asked], sources=FILES)

    assert "".join(step for step, _ in steps) == "W..W"
    assert torch.equal(sitting.latents, stale(specimen, asked, "W..W"))


def test_a_second_pass_begins_whole(specimens: Mapping[str, Specimen]) -> None:
    specimen = specimens["sd"]
    asked = specimen.recipe(cache=4, upscale=2.0, upscaler=LATENT, redraw=0.6)

    with steps_of(specimen.family) as steps:
        paint_together(specimen.family, [asked])

    assert "".join(step for step, _ in steps) == "W..WW" + "W.W"


def test_a_picture_says_that_not_all_steps_were_whole(specimens: Mapping[str, Specimen]) -> None:
    specimen = specimens["sd"]

    def notes(asked: Recipe) -> tuple[str, ...]:
        return paint_together(specimen.family, [asked])[0].painted.notes

    assert notes(specimen.recipe(cache=3)) == (Phrase(CACHED, steps=5, whole=3),)
    # Of two the last is whole as the first is.
    assert notes(specimen.recipe(cache=3, steps=2)) == (NOT_CACHED,)
    assert notes(specimen.recipe()) == ()


def with_another_stage(network: Any) -> None:
    stage = network.up_blocks[-1]
    stage.__class__ = type("AnotherStage", (type(stage),), {})


def centred(network: Any) -> None:
    network.register_to_config(center_input_sample=True)


def of_one_block(network: Any) -> None:
    network.transformer_blocks = network.transformer_blocks[-1:]


@pytest.mark.parametrize(
    ("name", "made"), [("sd", with_another_stage), ("sd", centred), ("sd3", of_one_block)]
)
def test_of_a_network_that_cannot_be_taken_apart_each_step_is_whole(
    name: str, made: Callable[[Any], None]
) -> None:
    specimen = MAKERS[name]()
    made(specimen.family.network)
    asked = specimen.recipe(cache=3)

    (sitting,) = paint_together(specimen.family, [asked])

    assert sitting.painted.notes == (NOT_CACHED,)
    assert torch.equal(sitting.latents, specimen.latents(asked))
