"""Networks for inpainting see the mask and what is kept beside the latents, as in stock."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from engine.gpu.addons.shelves import Shelves
from engine.gpu.families.sd import StableDiffusion
from engine.gpu.families.sdxl import StableDiffusionXL
from engine.gpu.family import Family
from engine.job import Recipe
from tests.engine.gpu import tiny
from tests.engine.gpu.addons.files import controlnet, save_controlnet
from tests.engine.gpu.families.specimen import FILES, Specimen, specimen
from tests.engine.gpu.models.lines import SOURCES, Led
from tests.engine.gpu.together import Sitting, begun, far_from, paint_together

NAMES = ["sd", "sdxl"]
PLAIN = {"sd": tiny.pipeline, "sdxl": tiny.sdxl}
KINDS: Mapping[str, type[Family]] = {"sd": StableDiffusion, "sdxl": StableDiffusionXL}
WHITE = Image.new("L", (64, 64), 255)
INSIDE: dict[str, Any] = {"image": "source", "mask": "mask"}


@pytest.fixture(scope="module")
def inpainting() -> Mapping[str, Specimen]:
    return {
        name: specimen(PLAIN[name](inpaints=True), KINDS[name], name, multiple=8) for name in NAMES
    }


def paint(family: Family, *recipes: Recipe, **how: Any) -> list[Sitting]:
    return paint_together(family, recipes, sources=FILES, **how)


@pytest.mark.parametrize("strength", [0.6, 1.0])
@pytest.mark.parametrize("sampler", ["Euler", "Euler a", "DPM++ 2M Karras", "DDIM", "UniPC"])
@pytest.mark.parametrize("name", NAMES)
def test_a_tile_alone_equals_the_stock_pipeline(
    inpainting: Mapping[str, Specimen], name: str, sampler: str, strength: float
) -> None:
    asked = inpainting[name].recipe(sampler=sampler, strength=strength, **INSIDE)

    (sitting,) = paint(inpainting[name].family, asked)

    assert torch.equal(sitting.latents, inpainting[name].latents(asked))


@pytest.mark.parametrize("name", NAMES)
def test_without_guidance_it_equals_stock_too(
    inpainting: Mapping[str, Specimen], name: str
) -> None:
    asked = inpainting[name].recipe(guidance=1.0, strength=0.6, **INSIDE)

    (sitting,) = paint(inpainting[name].family, asked)

    assert torch.equal(sitting.latents, inpainting[name].latents(asked))


@pytest.mark.parametrize("over", [{}, {"image": "source", "strength": 0.6}])
@pytest.mark.parametrize("name", NAMES)
def test_without_a_mask_all_of_the_picture_is_a_hole(
    inpainting: Mapping[str, Specimen], name: str, over: dict[str, Any]
) -> None:
    asked = inpainting[name].recipe(**over)

    (sitting,) = paint(inpainting[name].family, asked)

    white = replace(asked, **INSIDE)
    assert torch.equal(sitting.latents, inpainting[name].latents(white, mask_image=WHITE))
    beside = begun(inpainting[name].family, asked, FILES).beside
    assert beside is not None
    assert beside.shape[1] == 5
    assert bool((beside[:, 0] == 1).all())


def test_the_network_sees_the_mask_and_what_is_kept(inpainting: Mapping[str, Specimen]) -> None:
    family = inpainting["sd"].family
    asked = inpainting["sd"].recipe(**INSIDE)
    sources = {**FILES, "other": SOURCES["lines"]}

    one, other, mask = (
        paint_together(family, [each], sources=sources)[0]
        for each in (asked, replace(asked, image="other"), replace(asked, mask=None))
    )

    assert far_from(one, other) > 0.001
    assert far_from(one, mask) > 0.001


def test_company_changes_a_tile_by_rounding_only(inpainting: Mapping[str, Specimen]) -> None:
    sd = inpainting["sd"]
    recipes = [
        sd.recipe(strength=0.6, **INSIDE),
        sd.recipe(seed=2, guidance=1.0, **INSIDE),
        sd.recipe(seed=3, steps=7),
        sd.recipe(seed=4, image="source", strength=0.5, sampler="Euler a"),
    ]
    alone = [paint(sd.family, each)[0] for each in recipes]

    together = paint(sd.family, *recipes, turns_between=1)

    assert max(map(far_from, together, alone)) < 1e-4


def test_an_exact_tile_knows_no_company(inpainting: Mapping[str, Specimen]) -> None:
    sd = inpainting["sd"]
    asked = sd.recipe(exact=True, strength=0.6, **INSIDE)
    (alone,) = paint(sd.family, asked)

    first, *_ = paint(sd.family, asked, replace(asked, seed=9), sd.recipe(exact=True), sd.recipe())

    assert torch.equal(first.latents, alone.latents)


@pytest.mark.parametrize("name", NAMES)
def test_previews_are_of_the_picture_only(inpainting: Mapping[str, Specimen], name: str) -> None:
    (sitting,) = paint(inpainting[name].family, inpainting[name].recipe(**INSIDE))

    assert [step for step, preview in sitting.told if preview] == [4]


def led(name: str, root: Path) -> Led:
    """With ControlNets made for the usual network, as all that there are."""
    save_controlnet(controlnet(PLAIN[name]().unet, 5), root, "edges")
    shelves, plain = (
        Shelves(root),
        specimen(PLAIN[name](inpaints=True), KINDS[name], name, multiple=8),
    )
    with torch.inference_mode():
        family = KINDS[name](plain.pipe, plain.family.card, shelves)
    base = KINDS[name].pipeline.removesuffix("Pipeline") + "ControlNet"
    stock = (f"{base}Pipeline", f"{base}Img2ImgPipeline", f"{base}InpaintPipeline")
    return Led(specimen=replace(plain, family=family, stock=stock), shelves=shelves, root=root)


@pytest.mark.parametrize("name", NAMES)
def test_controlnets_see_the_picture_only(name: str, tmp_path: Path) -> None:
    lines = led(name, tmp_path)
    asked = lines.recipe("edges", strength=0.6, **INSIDE)

    followed, plain = (
        paint_together(lines.family, [each], sources=SOURCES)[0]
        for each in (asked, replace(asked, controls=()))
    )

    assert torch.equal(followed.latents, lines.stock(asked))
    assert far_from(followed, plain) > 0.01
