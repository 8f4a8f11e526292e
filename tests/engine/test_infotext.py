"""What comes back of a recipe that was written as text."""

import contextlib
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidRequest
from engine.infotext import read_infotext, write_infotext
from engine.job import Recipe
from tests.engine.recipes import EVERYTHING, recipes

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
SETTINGS = "a fox\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 7, Size: 512x768, "
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
RECIPES = recipes(WORDS)


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


def test_a_recipe_with_everything_reads_the_same() -> None:
    assert read_infotext(write_infotext(EVERYTHING)) == EVERYTHING


@pytest.mark.parametrize("image", [None, "ab"])
@pytest.mark.parametrize("strength", [1.0, 0.6, 0.0])
@pytest.mark.parametrize("upscale", [1.0, 2.0])
@pytest.mark.parametrize("redraw", [0.0, 0.4, 1.0])
def test_both_strengths_come_back(
    image: str | None, strength: float, upscale: float, redraw: float
) -> None:
    recipe = replace(A_FOX, image=image, strength=strength, upscale=upscale, redraw=redraw)

    assert read_infotext(write_infotext(recipe)) == recipe


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


@pytest.mark.parametrize(
    "extras",
    [
        "null",
        "7",
        "[1]",
        '{"loras": 7}',
        '{"loras": [{"name": "ink"}]}',
        '{"loras": [{"name": "ink", "digest": "d", "weight": NaN}]}',
        '{"loras": [{"name": "ink", "digest": "d", "weight": Infinity}]}',
        '{"outpaint": 7}',
        "{",
        "[" * 100_000,
    ],
)
def test_extras_that_are_none_are_skipped(extras: str) -> None:
    quoted = json.dumps(extras)

    recipe = read_infotext(f"{SETTINGS}Easel extras: {quoted}")

    assert recipe == read_infotext(SETTINGS)


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
        (f"{SETTINGS}Clip skip: two", "Clip skip is a whole number, not “two”"),
        (f"{SETTINGS}Variation seed: 1.5", "Variation seed is a whole number, not “1.5”"),
        (
            f"{SETTINGS}Variation seed strength: inf",
            "Variation seed strength is a number, not “inf”",
        ),
        (f"{SETTINGS}Hires upscale: large", "Hires upscale is a number, not “large”"),
        (f"{SETTINGS}Postprocess upscale by: x", "Postprocess upscale by is a number, not “x”"),
        (f"{SETTINGS}Hires resize: large", "Hires resize is width x height, not “large”"),
        (f"{SETTINGS}Hires resize: 8x{'9' * 400}", "Hires resize is too large"),
        (f"{SETTINGS}Easel redraw: nan", "Easel redraw is a number, not “nan”"),
        (f"{SETTINGS}CFG Rescale: nan", "CFG Rescale is a number, not “nan”"),
        (f"{SETTINGS}Denoising strength: much", "Denoising strength is a number, not “much”"),
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


def test_a_text_from_before_the_digest_had_a_name_of_its_own_is_read_too() -> None:
    old = write_infotext(A_FOX).replace("Easel model hash:", "Model hash:")

    assert read_infotext(old) == A_FOX
