"""What a family does not hear is noted, and what it cannot do is refused in a sentence."""

from collections.abc import Mapping
from typing import Any

import pytest
import torch

from engine.errors import PaintingFailed
from engine.gpu.families.flux import Flux
from engine.gpu.families.sd3 import StableDiffusion3
from engine.sampler import Noise
from tests.engine.gpu import tiny
from tests.engine.gpu.families.specimen import Specimen, specimen
from tests.engine.gpu.together import begun, paint_together


@pytest.fixture(autouse=True)
def _no_gradients() -> Any:
    with torch.inference_mode():
        yield


@pytest.mark.parametrize("name", ["sd3", "flux"])
def test_a_size_between_two_patches_is_refused(
    specimens: Mapping[str, Specimen], name: str
) -> None:
    with pytest.raises(PaintingFailed, match=r"72x64 .* multiples of 16"):
        begun(specimens[name].family, specimens[name].recipe(width=72), {})


@pytest.mark.parametrize(
    ("name", "sampler"), [("sd3", "Euler a"), ("flux", "DDIM"), ("flux", "Heun")]
)
def test_a_sampler_that_does_not_fit_is_refused_with_those_that_do(
    specimens: Mapping[str, Specimen], name: str, sampler: str
) -> None:
    with pytest.raises(PaintingFailed, match=f"{sampler} does not work .* Euler"):
        begun(specimens[name].family, specimens[name].recipe(sampler=sampler), {})


@pytest.mark.parametrize("name", ["sd3", "flux"])
def test_weights_are_left_out_with_a_note(specimens: Mapping[str, Specimen], name: str) -> None:
    family, recipe = specimens[name].family, specimens[name].recipe
    plain = begun(family, recipe(prompt="a red circle"), {})

    weighted = begun(family, recipe(prompt="a (red:1.4) circle"), {})

    for part, rows in plain.conditioning.items():
        assert torch.equal(weighted.conditioning[part], rows)
    assert any("weights" in note for note in weighted.notes)
    assert not any("weights" in note for note in plain.notes)


@pytest.mark.parametrize("name", ["sd3", "flux"])
def test_a_prompt_that_is_too_long_is_cut_with_a_note(
    specimens: Mapping[str, Specimen], name: str
) -> None:
    family, recipe = specimens[name].family, specimens[name].recipe

    long, short = (begun(family, recipe(prompt="red fox " * words), {}) for words in (300, 20))

    assert any("its end was left out" in note for note in long.notes)
    assert not any("its end" in note for note in short.notes)


def test_flux_notes_a_negative_prompt_that_it_does_not_hear(
    specimens: Mapping[str, Specimen],
) -> None:
    family, recipe = specimens["flux"].family, specimens["flux"].recipe

    heard, unheard = (begun(family, recipe(negative=text), {}) for text in (" ", "ugly"))

    assert heard.notes == ()
    assert any("no negative prompt" in note for note in unheard.notes)


@pytest.mark.parametrize("name", ["sd", "sdxl", "sd3"])
def test_what_is_heard_is_not_noted(specimens: Mapping[str, Specimen], name: str) -> None:
    assert begun(specimens[name].family, specimens[name].recipe(), {}).notes == ()


def test_a_note_stays_with_the_painted_tile(specimens: Mapping[str, Specimen]) -> None:
    (sitting,) = paint_together(specimens["flux"].family, [specimens["flux"].recipe()])

    assert any("negative" in note for note in sitting.painted.notes)


def test_flux_is_told_its_guidance(specimens: Mapping[str, Specimen]) -> None:
    flux = specimens["flux"]

    one, other = (
        paint_together(flux.family, [flux.recipe(guidance=guidance)])[0] for guidance in (2.0, 6.0)
    )

    assert not torch.equal(one.latents, other.latents)


def test_a_flux_that_is_told_no_guidance_equals_the_stock_pipeline() -> None:
    schnell = specimen(
        tiny.flux(told_guidance=False), Flux, "schnell", multiple=16, noise=Noise.FLOW
    )
    asked = schnell.recipe(guidance=4.0)

    (sitting,) = paint_together(schnell.family, [asked])

    assert torch.equal(sitting.latents, schnell.latents(asked))


@pytest.mark.parametrize(
    "changes", [{"with_t5": False}, {"use_dynamic_shifting": True}, {"shift": 1.0}]
)
def test_every_sort_of_sd3_equals_the_stock_pipeline(changes: dict[str, Any]) -> None:
    sd3 = specimen(tiny.sd3(**changes), StableDiffusion3, "sd3", multiple=16, noise=Noise.FLOW)
    asked = sd3.recipe(width=96)

    (sitting,) = paint_together(sd3.family, [asked])

    assert torch.equal(sitting.latents, sd3.latents(asked))


def test_sd3_without_its_t5_reads_as_far_as_clip() -> None:
    sd3 = specimen(tiny.sd3(with_t5=False), StableDiffusion3, "sd3", multiple=16, noise=Noise.FLOW)

    cut, whole = (
        begun(sd3.family, sd3.recipe(prompt="red fox " * words), {}) for words in (60, 20)
    )

    assert any("its end" in note for note in cut.notes)
    assert whole.notes == ()
