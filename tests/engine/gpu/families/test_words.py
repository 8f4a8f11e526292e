"""What every family makes of odd prompts and of a clip skip."""

from collections.abc import Mapping

import pytest
import torch

from engine.extra import Extra
from engine.gpu.text.manner import NOTHING_SKIPPED
from tests.engine.gpu.families.specimen import Specimen
from tests.engine.gpu.together import paint_together

FAMILIES = ("sd", "sdxl", "sd3", "flux")
ODD = {
    "round brackets": "((()))",
    "square brackets": "[[[]]]",
    "open brackets": "([" * 200,
    "nothing with a weight": "(:1.3)",
    "BREAK": "BREAK",
    "BREAKs": " BREAK BREAK  BREAK",
    "a LoRA": "<lora:neon:0>",
    "LoRAs around a BREAK": "<lora:neon:0> BREAK <lora:ink:0>",
    "white space": "  \n\t ",
    "a backslash": "\\",
    "6,000 characters": "red circle, " * 500,
    "one word of 6,000 letters": "x" * 6000,
    "10,000 characters": "(fox:1.1) " * 1000,
}


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("family", FAMILIES)
def test_an_odd_prompt_is_painted_all_the_same(
    kind: str, family: str, specimens: Mapping[str, Specimen]
) -> None:
    specimen = specimens[family]
    asked = [
        specimen.recipe(prompt=ODD[kind], steps=1),
        specimen.recipe(negative=ODD[kind], steps=1),
    ]

    sittings = paint_together(specimen.family, asked)

    assert all(torch.isfinite(sitting.latents).all() for sitting in sittings)


def test_sd_leaves_the_last_layers_out(specimens: Mapping[str, Specimen]) -> None:
    specimen = specimens["sd"]
    asked = [specimen.recipe(clip_skip=skip) for skip in (1, 2)]

    whole, skipped = paint_together(specimen.family, asked)

    assert not torch.allclose(whole.latents, skipped.latents, atol=1e-3)
    assert not skipped.painted.notes


@pytest.mark.parametrize("family", ["sdxl", "sd3", "flux"])
def test_the_other_families_say_that_a_clip_skip_changes_nothing(
    family: str, specimens: Mapping[str, Specimen]
) -> None:
    specimen = specimens[family]
    asked = [specimen.recipe(clip_skip=skip) for skip in (1, 2)]

    whole, skipped = (paint_together(specimen.family, [each])[0] for each in asked)

    assert torch.equal(whole.latents, skipped.latents)
    assert NOTHING_SKIPPED in skipped.painted.notes
    assert NOTHING_SKIPPED not in whole.painted.notes


def test_a_negative_prompt_of_nothing_but_a_lora_is_an_empty_one(
    specimens: Mapping[str, Specimen],
) -> None:
    specimen = specimens["sdxl"]
    asked = [specimen.recipe(negative=text) for text in ("", "<lora:neon:0.5>")]

    empty, called = (paint_together(specimen.family, [each])[0] for each in asked)

    assert torch.equal(empty.latents, called.latents)


@pytest.mark.parametrize("family", ["sd3", "flux"])
def test_a_lora_in_the_text_is_no_weight_that_a_model_leaves_out(
    family: str, specimens: Mapping[str, Specimen]
) -> None:
    specimen = specimens[family]

    assert not specimen.family.notes(specimen.recipe(prompt="a fox <lora:neon:0.5>", negative=""))


@pytest.mark.parametrize("family", ["sd3", "flux"])
def test_a_model_that_knows_no_embeddings_says_which_were_plain_words(
    family: str, specimens: Mapping[str, Specimen]
) -> None:
    specimen = specimens[family]
    asked = specimen.recipe(embeddings=(Extra(name="EasyNegative", digest="0"),))

    (sitting,) = paint_together(specimen.family, [asked])

    assert any("plain words: EasyNegative" in note for note in sitting.painted.notes)
