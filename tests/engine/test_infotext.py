import contextlib
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sd_parsers.parsers import AUTOMATIC1111Parser

from engine.errors import InvalidRequest
from engine.infotext import read_infotext, write_infotext
from engine.job import Recipe

A_FOX = Recipe(
    prompt="a fox, in the snow",
    negative="people, cars",
    model="picturebook",
    digest="45dee52b",
    width=512,
    height=768,
    steps=20,
    guidance=7.0,
    sampler="Euler a",
    seed=965400086,
)
SIGNS = st.sampled_from(
    (
        *(
            ",",
            ":",
            '"',
            "\\",
            "\n",
            "\r",
            "\r\n",
            " ",
            "a",
            "fox",
            "Negative prompt:",
            "null",
            "\0",
        ),
        *(
            "Steps: 20, ",
            "Seed: 1, Size: 8x8, Sampler: b",
            "\nNegative prompt: c\n",
            "Easel prompt",
        ),
    )
)
WORDS = st.lists(SIGNS, max_size=12).map("".join) | st.text(max_size=30)
WHOLE = st.integers(-(2**70), 2**70)
REAL = st.floats(allow_nan=False, allow_infinity=False)
RECIPES = st.builds(
    Recipe,
    prompt=WORDS,
    negative=WORDS,
    model=WORDS,
    digest=WORDS,
    width=WHOLE,
    height=WHOLE,
    steps=WHOLE,
    guidance=REAL,
    sampler=WORDS,
    seed=WHOLE,
    image=st.none() | WORDS,
    strength=REAL,
    mask=st.none() | WORDS,
    exact=st.booleans(),
)


def with_words(prompt: str, negative: str = "") -> Recipe:
    return Recipe(
        prompt=prompt,
        negative=negative,
        model="a, b: c",
        digest="",
        width=64,
        height=64,
        steps=1,
        guidance=7.5,
        sampler="DDIM",
        seed=0,
    )


def test_a_recipe_is_written_as_a1111_writes_it() -> None:
    assert write_infotext(A_FOX) == (
        "a fox, in the snow\n"
        "Negative prompt: people, cars\n"
        "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 965400086, Size: 512x768, "
        "Model hash: 45dee52b, Model: picturebook, Version: easel"
    )


def test_without_a_negative_prompt_its_line_is_missing() -> None:
    assert "Negative prompt" not in write_infotext(with_words("a fox"))


@pytest.mark.parametrize(
    ("prompt", "negative"),
    [
        ("a fox\nNegative prompt: people", ""),
        ("a fox", "people\nNegative prompt: cars"),
        ("Steps: 20, Sampler: Euler a, Seed: 1", "Steps: 20, Sampler: Euler a, Seed: 1"),
        (" a fox\n", "\tpeople"),
        ("a\r\nfox", "\r"),
        ('"a fox", \\n: {"b"}', '"'),
        ("", "people"),
        ("", ""),
    ],
)
def test_words_that_look_like_settings_come_back(prompt: str, negative: str) -> None:
    recipe = with_words(prompt, negative)

    assert read_infotext(write_infotext(recipe)) == recipe


def test_ordinary_words_are_not_written_twice() -> None:
    text = write_infotext(with_words('a "fox": red, small\non a hill', "people\ncars"))

    assert "Easel" not in text


def test_windows_line_ends_change_nothing() -> None:
    recipe = replace(A_FOX, prompt="a fox\non a hill", negative="people\ncars")

    assert read_infotext(write_infotext(recipe).replace("\n", "\r\n")) == recipe
    assert read_infotext('Steps: 8, Seed: 1, Model: "a, b"\r\n').model == "a, b"


def test_further_fields_are_shown_and_skipped() -> None:
    recipe = replace(A_FOX, sampler="DPM++ 2M")

    text = write_infotext(recipe, {"Notes": "halved, then: retried", "Schedule type": "Karras"})

    assert "Notes: " in text
    assert read_infotext(text) == recipe


@pytest.mark.parametrize("key", ["Seed", "Easel exact", "Seed ", "a, b", "a: b", "a\nb", ""])
def test_a_further_field_cannot_pass_for_one_of_ours(key: str) -> None:
    with pytest.raises(ValueError, match="further field"):
        write_infotext(A_FOX, {key: "1"})


@settings(deadline=None, max_examples=400)
@given(RECIPES)
def test_what_was_written_reads_the_same(recipe: Recipe) -> None:
    assert read_infotext(write_infotext(recipe)) == recipe


@settings(deadline=None)
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
    assert (sampler.name, sampler.model.name, sampler.model.hash) == (
        "Euler a",
        "picturebook",
        "45dee52b",
    )
    assert sampler.parameters == {"cfg_scale": "7", "seed": "965400086", "steps": "20"}
    assert found.metadata["Size"] == "512x768"


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


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no recipe in that text"),
        ("a fox, red: yes, blue: no, green: no", "no recipe in that text"),
        ("Steps: 8, Seed: 1", "no recipe in that text"),
        ("Steps: many, Seed: 1, Size: 64x64", "Steps is a whole number, not “many”"),
        ("Steps: 8, Seed: , Size: 64x64", "Seed is a whole number, not “”"),
        ("Steps: 8, Seed: 1, Size: wide", "Size is width x height, not “wide”"),
        ("Steps: 8, Seed: 1, CFG scale: nan", "CFG scale is a number, not “nan”"),
        (f"Steps: 8, Seed: {'9' * 5000}, Size: 8x8", "Seed is a whole number"),
    ],
)
def test_what_is_no_recipe_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        read_infotext(text)


@pytest.mark.parametrize(
    "piece", ["a", " ", ":", ",", '"', 'a:"', 'a:"\\,', "\\", "a:", "\n", "Steps: 1,", "a "]
)
def test_a_hostile_text_is_read_at_once(piece: str) -> None:
    # At a cost that grew with the square of the length this would not end before the timeout.
    with contextlib.suppress(InvalidRequest):
        read_infotext(piece * 200_000)


@settings(deadline=None, max_examples=300)
@given(WORDS)
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidRequest):
        read_infotext(text)
