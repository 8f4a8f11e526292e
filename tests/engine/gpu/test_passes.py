"""Pictures that are painted twice: what comes between, and what each pass knows of the other."""

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import interpolate

from engine.gpu.families.sd import StableDiffusion
from engine.gpu.families.sdxl import StableDiffusionXL
from engine.gpu.family import Family
from engine.gpu.images.autoencoder import RESCUED, SEEN_RESCUED
from engine.gpu.notes import NOT_RESCALED
from engine.job import LANCZOS, LATENT, Recipe
from tests.engine.gpu import tiny
from tests.engine.gpu.families.specimen import Specimen, specimen
from tests.engine.gpu.images.test_source import file_of
from tests.engine.gpu.models.lines import SOURCES, led
from tests.engine.gpu.together import family_of, far_from, paint_together, recipe
from tests.engine.gpu.twice import FILES, UPSCALERS, array, once, paint, twice

SAMPLED = ["Euler", "Euler a", "DPM++ 2M Karras", "DDIM", "UniPC", "Heun"]


@pytest.fixture(scope="module")
def kinds(pipe: Any) -> Mapping[str, Specimen]:
    return {
        "sd": specimen(pipe, StableDiffusion, "sd", multiple=8),
        "sdxl": specimen(tiny.sdxl(), StableDiffusionXL, "sdxl", multiple=8),
    }


def over(first: Image.Image, asked: Recipe) -> tuple[Recipe, Mapping[str, bytes]]:
    """The second pass by hand: over the first one's picture, enlarged and sent in as a file."""
    width, height = asked.final_size
    larger = first.resize((width, height), Image.Resampling.LANCZOS)
    by_hand = replace(once(asked), width=width, height=height, image="first")
    return replace(by_hand, strength=asked.redraw), {**SOURCES, "first": file_of(larger)}


@pytest.mark.parametrize(
    ("sampler", "redraw"), [*((sampler, 0.6) for sampler in SAMPLED), ("Euler", 1.0)]
)
def test_the_second_pass_paints_over_the_enlarged_picture_of_the_first(
    family: Family, sampler: str, redraw: float
) -> None:
    asked = twice(recipe(sampler=sampler, width=72), redraw=redraw)

    sitting = paint(family, asked)

    by_hand = paint(family, *over(paint(family, once(asked)).painted.image, asked))
    assert torch.equal(sitting.latents, by_hand.latents)
    assert np.array_equal(array(sitting.painted.image), array(by_hand.painted.image))
    assert sitting.painted.image.size == (144, 128)


@pytest.mark.parametrize("name", ["sd", "sdxl"])
def test_the_second_pass_is_what_the_stock_pipeline_paints(
    kinds: Mapping[str, Specimen], name: str
) -> None:
    asked = twice(kinds[name].recipe(sampler="Euler a"))
    first = kinds[name].paint(once(asked))

    sitting = paint(kinds[name].family, asked)

    larger = first.resize((128, 128), Image.Resampling.LANCZOS)
    by_hand, _ = over(first, asked)
    assert torch.equal(sitting.latents, kinds[name].latents(by_hand, image=larger))


@pytest.mark.parametrize(
    ("name", "sampler"), [*(("sd", sampler) for sampler in SAMPLED), ("sdxl", "Euler a")]
)
def test_enlarged_latents_are_painted_over_as_the_stock_pipeline_does(
    kinds: Mapping[str, Specimen], name: str, sampler: str
) -> None:
    asked = twice(kinds[name].recipe(sampler=sampler), LATENT)

    sitting = paint(kinds[name].family, asked)

    # Where it is given latents in place of an image, it takes them as they are.
    larger = interpolate(kinds[name].latents(once(asked)), size=(16, 16), mode="bilinear")
    by_hand = replace(once(asked), width=128, height=128, image="source", strength=0.6)
    assert torch.equal(sitting.latents, kinds[name].latents(by_hand, image=larger))
    assert sitting.painted.image.size == (128, 128)


def test_latents_are_enlarged_without_decoding_them(family: Family) -> None:
    decoded: list[int] = []
    handle = family.pipe.vae.decoder.register_forward_pre_hook(lambda *_: decoded.append(1))

    try:
        paint(family, twice(recipe(), LATENT))
    finally:
        handle.remove()

    assert len(decoded) == 1


@pytest.mark.parametrize("changes", [{"redraw": 0.3}, {"seed": 8}, {"upscaler": LATENT}])
def test_both_passes_change_the_picture(family: Family, changes: dict[str, Any]) -> None:
    asked = twice(recipe())

    one, other = (paint(family, each) for each in (asked, replace(asked, **changes)))

    assert far_from(one, other) > 0.01


def test_controlnets_lead_both_passes(tmp_path: Path) -> None:
    lines = led(tiny.pipeline(), StableDiffusion, "sd", tmp_path)
    asked = twice(lines.recipe("edges"))
    first = paint(lines.family, once(asked), SOURCES)

    sitting = paint(lines.family, asked, SOURCES)

    followed, alone = over(first.painted.image, asked), over(first.painted.image, once(asked))
    assert torch.equal(sitting.latents, paint(lines.family, *followed).latents)
    unled = (replace(followed[0], controls=()), alone[1])
    assert far_from(sitting, paint(lines.family, *unled)) > 0.01


@pytest.mark.parametrize("upscaler", UPSCALERS)
def test_an_image_that_is_kept_is_painted_in_one_pass(family: Family, upscaler: str) -> None:
    asked = twice(recipe(image="source", strength=0.0), upscaler)

    sitting = paint(family, asked)

    source = Image.open(BytesIO(FILES["source"])).convert("RGB")
    by_hand = paint(family, *over(source, asked))
    assert torch.equal(sitting.latents, by_hand.latents)
    assert [step for step, _ in sitting.told] == [1, 2, 3]
    assert asked.told_steps == 3


@pytest.mark.parametrize("upscaler", UPSCALERS)
def test_what_a_mask_keeps_is_kept_by_both_passes(family: Family, upscaler: str) -> None:
    mask = Image.new("L", (64, 64))
    mask.paste(255, (0, 0, 24, 64))
    files = {**FILES, "mask": file_of(mask)}
    asked = twice(recipe(image="source", mask="mask"), upscaler)

    sitting, other = (paint(family, each, files) for each in (asked, replace(asked, seed=8)))

    image, source = sitting.painted.image, Image.open(BytesIO(FILES["source"])).convert("RGB")
    larger = source.resize((128, 128), Image.Resampling.LANCZOS)
    assert np.array_equal(array(image)[:, 64:], array(larger)[:, 64:])
    changed = np.abs(array(image)[:, :48].astype(int) - array(other.painted.image)[:, :48])
    assert (changed.max(axis=-1) > 0).mean() > 0.9


def test_enlarged_latents_keep_the_image_itself_where_the_mask_is_black(family: Family) -> None:
    mask = Image.new("L", (64, 64))
    mask.paste(255, (0, 0, 24, 64))
    asked = twice(recipe(image="source", mask="mask"), LATENT)

    sitting = paint(family, asked, {**FILES, "mask": file_of(mask)})

    source = Image.open(BytesIO(FILES["source"])).convert("RGB")
    larger = source.resize((128, 128), Image.Resampling.LANCZOS)
    generator = torch.Generator().manual_seed(asked.seed)
    _noise, drawn = (torch.randn(1, 4, 16, 16, generator=generator) for _ in range(2))
    with torch.inference_mode():
        kept, _ = family.autoencoder.encoded(family.autoencoder.signal(larger), lambda: drawn)
    assert torch.equal(sitting.latents[..., 6:], kept[..., 6:])


def test_what_was_painted_around_an_image_is_enlarged_with_it(family: Family) -> None:
    asked = twice(recipe(image="source", width=128, outpaint=(64, 0, 0, 0)))

    sitting = paint(family, asked)

    source = Image.open(BytesIO(FILES["source"])).convert("RGB")
    larger = source.resize((128, 128), Image.Resampling.LANCZOS)
    image = sitting.painted.image
    assert image.size == (256, 128)
    assert np.array_equal(array(image)[:, 176:], array(larger)[:, 48:])


@pytest.mark.parametrize("upscaler", UPSCALERS)
def test_networks_for_inpainting_paint_twice(upscaler: str) -> None:
    family = family_of(tiny.pipeline(inpaints=True))
    asked = twice(recipe(), upscaler)

    plain, masked = paint_together(
        family, [asked, replace(asked, image="source", mask="mask")], sources=FILES
    )

    assert plain.painted.image.size == masked.painted.image.size == (128, 128)


def test_what_is_to_be_said_is_said_once(family: Family) -> None:
    sitting = paint(family, twice(recipe(guidance=1.0, rescale=0.5)))

    assert sitting.painted.notes == (NOT_RESCALED,)


@pytest.mark.parametrize(
    ("upscaler", "notes"), [(LANCZOS, (SEEN_RESCUED, RESCUED)), (LATENT, (SEEN_RESCUED,))]
)
def test_what_is_to_be_said_of_the_first_pass_is_not_forgotten(
    upscaler: str, notes: tuple[str, ...]
) -> None:
    family = family_of(tiny.pipeline())
    vae = family.pipe.vae.to(torch.bfloat16)

    def spoil(_: Any, inputs: tuple[torch.Tensor, ...], answer: torch.Tensor) -> torch.Tensor:
        first = inputs[0].shape[-1] in (8, 64)
        overflows = first and inputs[0].dtype == torch.bfloat16
        return answer / 0 if overflows else answer

    for part in (vae.encoder, vae.decoder):
        part.register_forward_hook(spoil)

    sitting = paint(family, twice(recipe(image="source", strength=0.6), upscaler))

    assert sitting.painted.notes == notes
