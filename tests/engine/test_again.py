"""A recipe alone is enough to ask for its picture again."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from engine.addon import Addon, Kind, Shelf
from engine.again import request_of, require_same
from engine.alternatives import expand, literal
from engine.errors import InvalidRequest
from engine.job import LATENT, Recipe
from engine.request import LARGEST_SEED, ImageRequest
from engine.sampler import SAMPLERS
from engine.tiles import tiles_of
from tests.engine.test_addon import CARD

SHELF = Shelf(
    addons=[
        Addon(kind=Kind.LORA, name="ink", digest="1"),
        Addon(kind=Kind.LORA, name="neon", digest="2"),
        Addon(kind=Kind.EMBEDDING, name="EasyNegative", digest="3"),
        Addon(kind=Kind.CONTROLNET, name="edges", digest="4"),
        Addon(kind=Kind.IP_ADAPTER, name="look", digest="5"),
        Addon(kind=Kind.UPSCALER, name="4x-UltraSharp", digest="6"),
    ]
)
WILDCARDS = {"animal": ["a {fox}", "a red_ fox|cat", "an __owl__ \\\\{", "plain"]}
PIECES = st.sampled_from(
    [
        *(
            "fox",
            "red ",
            "{a|b}",
            "{",
            "}",
            "|",
            "\\{",
            "\\|",
            "\\_",
            "_",
            "__",
            "\\\\",
            ", ",
            "\n",
        ),
        *("__animal__", "(big:1.3)", "BREAK", "<lora:ink:0.5>", "<lora:neon:-1>", "EasyNegative"),
        *("--steps 3", "“x”", "狐", "\\(", "\\)"),
    ]
)
DIGESTS = st.sampled_from(["a" * 64, "b" * 64])
SHARES = st.floats(0, 1, allow_nan=False)


@st.composite
def requests(draw: st.DrawFn) -> ImageRequest:
    """Requests of every kind, as far as the model can paint them."""
    said: dict[str, Any] = {
        "prompt": "fox " + "".join(draw(st.lists(PIECES, max_size=8))),
        "negative": draw(st.sampled_from(["", "rain", "EasyNegative, {x|y} <lora:ink:1>"])),
        "width": 64 * draw(st.integers(1, 6)),
        "height": 64 * draw(st.integers(1, 6)),
        "steps": draw(st.integers(1, 50)),
        "guidance": draw(st.none() | st.floats(0, 30)),
        "sampler": draw(st.sampled_from([None, *SAMPLERS])),
        "seed": draw(st.none() | st.integers(0, LARGEST_SEED)),
        "style": draw(st.sampled_from([None, "night", "anime"])),
        "count": draw(st.integers(1, 3)),
        "guidance_end": draw(st.floats(0, 1, exclude_min=True)),
        "cache": draw(st.integers(1, 5)),
        "rescale": draw(SHARES),
        "clip_skip": draw(st.integers(1, 12)),
        "variation": draw(st.just(0.0) | SHARES),
        "exact": draw(st.booleans()),
        "fresh": draw(st.booleans()),
    }
    if said["variation"]:
        said["variation_seed"] = draw(st.none() | st.integers(0, LARGEST_SEED))
    if draw(st.booleans()):
        said |= {"image": draw(DIGESTS), "strength": draw(st.floats(0.01, 1))}
        said["mask"] = draw(st.none() | DIGESTS)
    if draw(st.booleans()):
        said |= {"upscale": draw(st.floats(1.01, 2)), "upscaler": draw(UPSCALERS)}
        # What is enlarged for a second pass must be of a size that the model paints.
        said |= {"redraw": draw(SHARES), "upscale": 2.0} if draw(st.booleans()) else {}
    led = st.fixed_dictionaries(
        {
            "name": st.just("edges"),
            "image": DIGESTS,
            "weight": st.floats(0, 2),
            "start": st.floats(0, 0.4),
            "end": st.floats(0.5, 1),
            "preprocessor": st.sampled_from([None, "canny", "depth"]),
        }
    )
    seen = st.fixed_dictionaries(
        {"name": st.sampled_from([None, "look"]), "image": DIGESTS, "weight": st.floats(0, 2)}
    )
    said["controls"] = draw(st.lists(led, max_size=2))
    said["references"] = draw(st.lists(seen, max_size=2))
    return ImageRequest.model_validate(said)


UPSCALERS = st.sampled_from([None, "lanczos", "4x-ultrasharp", LATENT])


def painted(request: ImageRequest, seed: int = 7) -> list[Recipe]:
    tiles = tiles_of(request, CARD, seed=seed, wildcards=WILDCARDS, shelf=SHELF)
    return [tile.recipe for tile in tiles]


@given(requests())
def test_what_a_recipe_asks_for_is_painted_by_that_recipe(request: ImageRequest) -> None:
    try:
        recipes = painted(request)
    except InvalidRequest:
        assume(False)

    for recipe in recipes:
        # Another seed than then is at hand: nothing of it may get in.
        assert painted(request_of(recipe), seed=8) == [recipe]


@given(st.text(alphabet="a\\{|}_ ", min_size=1, max_size=12))
@example("__animal__")
def test_a_literal_prompt_stands_for_its_text_alone(text: str) -> None:
    lone = re.search(r"(?<!\\)(?:\\\\)*\\[{|}_]", text)
    try:
        prompt = literal(text)
    except InvalidRequest:
        assert lone
        return

    assert expand(prompt, WILDCARDS) == (text,)


def test_a_prompt_that_means_nothing_else_is_left_as_it_is() -> None:
    assert literal("a {fox}} with_ an | and \\( and {") != ""
    assert literal("a fox_ | \\(red\\) }") == "a fox_ | \\(red\\) }"


def test_all_that_a_request_can_say_is_said() -> None:
    [recipe] = painted(ImageRequest(prompt="a fox", seed=7))

    assert request_of(recipe).model_fields_set == set(ImageRequest.model_fields)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"digest": "d2"}, "The model .* has changed since"),
        ({"loras": ()}, "The LoRAs of that picture have changed"),
        ({"embeddings": ()}, "The embeddings of that picture have changed"),
        ({"upscaler_digest": "7"}, "The upscaler of that picture"),
        ({"steps": 9}, "in another way by now"),
    ],
)
def test_what_has_changed_since_is_said(change: dict[str, Any], sentence: str) -> None:
    request = ImageRequest(
        prompt="a fox <lora:ink:0.5>",
        negative="EasyNegative",
        upscale=2,
        upscaler="4x-ultrasharp",
    )
    [recipe] = painted(request)

    with pytest.raises(InvalidRequest, match=f"{sentence}.*Re-roll it instead"):
        require_same(recipe, replace(recipe, **change))


def test_who_paints_it_does_not_count() -> None:
    [recipe] = painted(ImageRequest(prompt="a fox"))

    require_same(recipe, replace(recipe, hand="cuda bfloat16"))
    require_same(recipe, replace(recipe, safety="refuse"))
