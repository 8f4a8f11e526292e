"""What other programs see in our text, and what we see in theirs."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from sd_parsers.parsers import AUTOMATIC1111Parser

from engine.infotext import read_infotext, write_infotext
from engine.job import Recipe
from tests.engine.recipes import EVERYTHING
from tests.engine.test_infotext import A_FOX, RECIPES, SETTINGS, with_words


def settings_of(recipe: Recipe) -> dict[str, str]:
    """As a reader sees them that splits at commas."""
    line = write_infotext(recipe).rpartition("\n")[2]
    return dict(item.split(": ", maxsplit=1) for item in line.split(", "))


def test_a_recipe_is_written_as_a1111_writes_it() -> None:
    assert write_infotext(A_FOX) == (
        "a fox, in the snow\n"
        "Negative prompt: people, cars\n"
        "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 965400086, Size: 512x768, "
        "Model: picturebook, Easel model hash: 45dee52b, Version: easel"
    )


def test_a_second_pass_is_written_as_a1111_writes_it() -> None:
    recipe = replace(A_FOX, upscale=2.0, upscaler="Latent", redraw=0.4)

    assert "Denoising strength: 0.4, Hires upscale: 2, Hires upscaler: Latent, V" in write_infotext(
        recipe
    )


def test_an_upscale_alone_is_written_as_what_a1111_does_afterwards() -> None:
    text = write_infotext(replace(A_FOX, upscale=1.5))

    assert "Postprocess upscale by: 1.5, Postprocess upscaler: Lanczos" in text
    assert "Hires" not in text
    assert "Denoising" not in text


def test_over_an_image_the_strength_is_that_of_the_first_pass() -> None:
    text = write_infotext(replace(A_FOX, image="ab", strength=0.6, upscale=2.0, redraw=0.4))

    assert "Denoising strength: 0.6" in text
    assert "Hires upscale: 2" in text
    assert "Easel redraw: 0.4" in text
    anew = settings_of(replace(A_FOX, image="ab", upscale=2.0, redraw=0.4))
    assert "Denoising strength" not in anew


def test_further_settings_have_the_names_that_a1111_knows() -> None:
    fields = settings_of(EVERYTHING)

    assert fields["Clip skip"] == "2"
    assert fields["CFG Rescale"] == "0.7"
    assert fields["Variation seed"] == "7"
    assert fields["Variation seed strength"] == "0.2"


def test_digests_of_ours_do_not_pass_for_what_others_call_hashes() -> None:
    fields = settings_of(EVERYTHING)

    assert EVERYTHING.digest == fields["Easel model hash"]
    assert not {"Model hash", "Lora hashes", "TI hashes"} & fields.keys()


def test_a_setting_that_is_as_usual_is_not_written() -> None:
    assert settings_of(A_FOX).keys() == {
        *("Steps", "Sampler", "CFG scale", "Seed", "Size", "Model", "Easel model hash", "Version")
    }


def test_ordinary_words_are_not_written_twice() -> None:
    text = write_infotext(with_words('a "fox": red, small\non a hill', "people\ncars"))

    assert "Easel" not in text


@given(RECIPES)
def test_a_reader_that_splits_at_commas_sees_every_setting(recipe: Recipe) -> None:
    line = write_infotext(recipe, {"Notes": "a, b: c"}).rpartition("\n")[2]

    fields = dict(item.split(": ") for item in line.split(", "))

    assert int(fields["Steps"]) == recipe.steps
    assert int(fields["Seed"]) == recipe.seed
    assert float(fields["CFG scale"]) == recipe.guidance
    assert fields["Size"] == f"{recipe.width}x{recipe.height}"
    assert json.loads(fields["Notes"]) == "a, b: c"


def test_other_programs_read_it() -> None:
    found = AUTOMATIC1111Parser().parse({"parameters": write_infotext(A_FOX)})

    (sampler,) = found.samplers
    assert [prompt.value for prompt in sampler.prompts] == [A_FOX.prompt]
    assert [prompt.value for prompt in sampler.negative_prompts] == [A_FOX.negative]
    assert sampler.model is not None
    assert (sampler.name, sampler.model.name) == ("Euler a", "picturebook")
    assert sampler.model.hash is None
    assert sampler.parameters == {"cfg_scale": "7", "seed": "965400086", "steps": "20"}
    assert found.metadata["Size"] == "512x768"


def test_other_programs_read_a_recipe_with_everything() -> None:
    found = AUTOMATIC1111Parser().parse({"parameters": write_infotext(EVERYTHING)})

    (sampler,) = found.samplers
    assert [prompt.value for prompt in sampler.prompts] == [EVERYTHING.prompt]
    assert [prompt.value for prompt in sampler.negative_prompts] == [EVERYTHING.negative]
    assert sampler.name == "DPM++ 2M Karras"
    assert sampler.model is not None
    assert (sampler.model.name, sampler.model.hash) == ("photo", None)
    assert sampler.parameters == {"cfg_scale": "7", "seed": "965400086", "steps": "20"}
    for name, value in settings_of(EVERYTHING).items():
        if name not in {"Steps", "Sampler", "CFG scale", "Seed", "Model"}:
            assert found.metadata[name] == value


@given(RECIPES)
def test_other_programs_find_the_settings_of_any_recipe(recipe: Recipe) -> None:
    # This reader takes no prompt in which “Negative prompt:” stands again, whoever wrote it.
    worded = replace(recipe, prompt=A_FOX.prompt, negative=A_FOX.negative)

    found = AUTOMATIC1111Parser().parse({"parameters": write_infotext(worded)})

    assert found.samplers[0].parameters["seed"] == str(recipe.seed)
    assert found.metadata["Size"] == f"{recipe.width}x{recipe.height}"


@pytest.mark.parametrize(
    ("further", "expected"),
    [
        (
            "Denoising strength: 0.5, Hires upscale: 2, Hires steps: 10, Hires upscaler: Latent",
            {"redraw": 0.5, "upscale": 2.0, "upscaler": "Latent"},
        ),
        (
            "Denoising strength: 0.5, Hires resize: 768x1152, Hires upscaler: R-ESRGAN 4x+",
            {"redraw": 0.5, "upscale": 1.5, "upscaler": "R-ESRGAN 4x+"},
        ),
        (
            "Denoising strength: 0.5, Hires resize: 0x1152, Hires upscaler: Lanczos",
            {"redraw": 0.5, "upscale": 1.5},
        ),
        ("Denoising strength: 0.5, Hires resize: 0x0", {"redraw": 0.5}),
        ("Size: 0x0, Hires resize: 8x8", {"width": 0, "height": 0}),
        ("Hires upscale: 2, Hires upscaler: Lanczos", {"upscale": 2.0}),
        (
            "Postprocess upscale by: 4, Postprocess upscaler: Nearest",
            {"upscale": 4.0, "upscaler": "Nearest"},
        ),
        ("Denoising strength: 0.5, Mask blur: 4", {"strength": 0.5}),
        (
            "Variation seed: 9, Variation seed strength: 0.2",
            {"variation_seed": 9, "variation": 0.2},
        ),
        ("Clip skip: 2, CFG Rescale: 0.7", {"clip_skip": 2, "rescale": 0.7}),
        ('Lora hashes: "ink: 0123456789ab", TI hashes: "bad: 0123456789ab"', {}),
    ],
)
def test_what_a1111_writes_of_further_settings_is_read(
    further: str, expected: dict[str, Any]
) -> None:
    plain = read_infotext(f"{SETTINGS}Version: v1.10.1")

    assert read_infotext(f"{SETTINGS}{further}, Version: v1.10.1") == replace(plain, **expected)


def test_the_text_of_a1111_is_read() -> None:
    recipe = read_infotext(
        "a girl with a beret, ((eyeshadow)),\nby a window\n"
        "Negative prompt: ugly, [blurry],\n(extra_limb)\n"
        "Steps: 30, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 965400086, "
        'Size: 768x512, Model hash: 45dee52b, Model: "sd, v1: pruned", Denoising strength: 0.4, '
        'Lora hashes: "fur: 12ab, ink: 34cd", Version: v1.10.1'
    )

    assert recipe == Recipe(
        prompt="a girl with a beret, ((eyeshadow)),\nby a window",
        negative="ugly, [blurry],\n(extra_limb)",
        model="sd, v1: pruned",
        digest="45dee52b",
        width=768,
        height=512,
        steps=30,
        guidance=6.5,
        sampler="DPM++ 2M Karras",
        seed=965400086,
        strength=0.4,
    )


def test_what_a_foreign_text_leaves_out_is_what_a1111_takes_for_granted() -> None:
    recipe = read_infotext("Steps: 8, Sampler: , Clip skip: 2")

    assert (recipe.prompt, recipe.negative, recipe.model, recipe.digest) == ("", "", "", "")
    assert (recipe.steps, recipe.guidance, recipe.seed) == (8, 7.0, 0)
    assert (recipe.width, recipe.height, recipe.strength) == (512, 512, 1.0)
    assert read_infotext("Steps: 8, Seed: 1, Size: 64x64").sampler == "Euler a"


def test_a_schedule_that_is_no_sampler_of_ours_is_skipped() -> None:
    recipe = read_infotext("Steps: 8, Sampler: Euler a, Schedule type: Automatic, Seed: 1")

    assert recipe.sampler == "Euler a"


def test_lines_behind_the_settings_are_skipped() -> None:
    recipe = read_infotext("a fox\nSteps: 8, Seed: 1, Size: 64x64\nTemplate: {red|blue} fox\n\n")

    assert (recipe.prompt, recipe.steps) == ("a fox", 8)
