"""What can be asked for, and how a wrong wish is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidRequest
from engine.request import ImageRequest
from engine.wish import ControlWish, ReferenceWish

REFUSED = {
    "an empty prompt": ({"prompt": ""}, "the prompt is empty"),
    "a blank prompt": ({"prompt": " \n\t"}, "the prompt is empty"),
    "no prompt": ({}, "prompt is missing"),
    "no multiple of 8": ({"prompt": "x", "width": 500, "height": 512}, "multiples of 8.*Say none"),
    "too small": ({"prompt": "x", "width": 56, "height": 512}, "56 is no.*from 64 to 2048"),
    "too large": ({"prompt": "x", "width": 512, "height": 4096}, "4096 is no.*from 64 to 2048"),
    "half a size": ({"prompt": "x", "width": 512}, "width and height together"),
    "size and aspect": (
        {"prompt": "x", "width": 512, "height": 512, "aspect": (1, 1)},
        "not both",
    ),
    "a sliver": ({"prompt": "x", "aspect": (9, 1)}, "9:1 is no shape"),
    "no steps": ({"prompt": "x", "steps": 0}, "steps is a whole number from 1 to 150"),
    "too many steps": ({"prompt": "x", "steps": 151}, "from 1 to 150"),
    "guidance of nothing": ({"prompt": "x", "guidance": float("nan")}, "guidance is a number"),
    "a negative seed": ({"prompt": "x", "seed": -2}, "seed is a whole number from 0 to 4294967295"),
    "a huge seed": ({"prompt": "x", "seed": 2**32}, "seed is a whole number"),
    "a seed in words": ({"prompt": "x", "seed": "seven"}, "seed is a whole number.*'seven'"),
    "an unknown sampler": ({"prompt": "x", "sampler": "Eular"}, "Did you mean Euler"),
    "an unknown word": ({"prompt": "x", "promt": "y"}, "Did you mean prompt"),
    "a mask alone": ({"prompt": "x", "mask": "ab"}, "A mask needs an image"),
    "no strength": ({"prompt": "x", "image": "ab", "strength": 0}, "nothing of the image changes"),
    "too long a prompt": ({"prompt": "x" * 6001}, "6,001 characters"),
    "a null byte": ({"prompt": "a\x00b"}, "no text"),
    "half a surrogate": ({"prompt": "a\ud800"}, "no text"),
    "a null byte in the negative": ({"prompt": "x", "negative": "\x00"}, "in the negative prompt"),
    "a null byte in a name": ({"prompt": "x", "model": "\x00"}, "character in the name"),
    "a null byte in a control": (
        {"prompt": "x", "controls": [{"name": "\x00", "image": "ab"}]},
        "character in the name",
    ),
    "far too long a prompt": ({"prompt": "x" * 10_000}, "10,000 characters. 6,000 is the most"),
    "an outpaint without an image": ({"prompt": "x", "outpaint": 64}, "around an image I need"),
    "a crooked outpaint": (
        {"prompt": "x", "image": "ab", "outpaint": [0, 0, 12, 0]},
        "multiple of 8 from 0 to 2048: 0,0,128,0, or 64",
    ),
    "an outpaint inwards": ({"prompt": "x", "image": "ab", "outpaint": -8}, "multiple of 8 from 0"),
    "a huge outpaint": ({"prompt": "x", "image": "ab", "outpaint": 2056}, "from 0 to 2048"),
    "an outpaint of two sides": (
        {"prompt": "x", "image": "ab", "outpaint": [64, 64]},
        r"outpaint is one number of pixels or four, like 64 or 0,0,128,0, not \[64, 64\]",
    ),
    "half an aspect": ({"prompt": "x", "aspect": [16]}, r"aspect is two whole num.*not \[16\]"),
    "an outpaint that is a truth": (
        {"prompt": "x", "image": "ab", "outpaint": False},
        "outpaint is one number of pixels or four.*not False",
    ),
    "a mask on what is kept": (
        {"prompt": "x", "image": "ab", "mask": "cd", "strength": 0, "upscale": 2},
        "nothing to paint",
    ),
    "an outpaint around what is kept": (
        {"prompt": "x", "image": "ab", "outpaint": 64, "strength": 0, "upscale": 2},
        "nothing to paint",
    ),
    "strength 0 without an image": (
        {"prompt": "x", "strength": 0, "upscale": 2},
        "there is no image. Give one",
    ),
    "a strength without an image": (
        {"prompt": "x", "strength": 0.5},
        "there is no image. Give one",
    ),
    "a redraw of what is not enlarged": ({"prompt": "x", "redraw": 0.5}, "--upscale 2"),
    "a variation seed alone": ({"prompt": "x", "variation_seed": 7}, "Give a variation too"),
    "a wrong wish": (
        {"prompt": "x", "controls": [{"name": "edges", "image": "ab"}, 7]},
        "controls is a list of at most 4 ControlNets, each with a name and an image, not 7",
    ),
    "too many controls": (
        {"prompt": "x", "controls": [{"name": "edges", "image": "ab"}] * 5},
        "at most 4 ControlNets",
    ),
    "too many references": ({"prompt": "x", "references": [{"image": "ab"}] * 5}, "at most 4 pict"),
    "a control without an image": (
        {"prompt": "x", "controls": [{"name": "a", "image": "ab"}, {"name": "edges"}]},
        "In number 2 of the controls: The image is missing",
    ),
    "an unknown word in a control": (
        {"prompt": "x", "controls": [{"name": "edges", "image": "ab", "wieght": 1}]},
        "In number 1 of the controls: I know no “wieght”. Did you mean weight",
    ),
    "too heavy a control": (
        {"prompt": "x", "controls": [{"name": "edges", "image": "ab", "weight": 2.1}]},
        "In number 1 of the controls: weight is a number from 0 to 2, not 2.1",
    ),
    "a control of no weight at all": (
        {"prompt": "x", "controls": [{"name": "edges", "image": "ab", "weight": float("nan")}]},
        "weight is a number from 0 to 2, not nan",
    ),
    "a control that starts before": (
        {"prompt": "x", "controls": [{"name": "edges", "image": "ab", "start": -0.1}]},
        "start is a share of the steps, from 0 to 1",
    ),
    "a control that ends after": (
        {"prompt": "x", "controls": [{"name": "edges", "image": "ab", "end": 1.1}]},
        "end is a share of the steps, from 0 to 1",
    ),
    "a name that is a number": (
        {"prompt": "x", "controls": [{"name": 7, "image": "ab"}]},
        "In number 1 of the controls: name: input should be a valid string, not 7",
    ),
    "too light a reference": (
        {"prompt": "x", "references": [{"image": "ab", "weight": -1}]},
        "In number 1 of the references: weight is a number from 0 to 2, not -1",
    ),
}
BORDERS = {
    "guidance": (0, 30),
    "steps": (1, 150),
    "count": (1, 16),
    "strength": (0, 1),
    "rescale": (0, 1),
    "clip_skip": (1, 12),
    "variation": (0, 1),
    "variation_seed": (0, 2**32 - 1),
    "upscale": (1, 4),
    "redraw": (0, 1),
    "seed": (0, 2**32 - 1),
}
# So that each border alone is no contradiction.
AROUND = {"prompt": "x", "image": "ab", "upscale": 2, "variation": 0.5}


@pytest.mark.parametrize(("fields", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_a_wrong_wish_is_refused_with_the_mend(fields: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        ImageRequest.model_validate(fields)


@pytest.mark.parametrize("field", BORDERS)
def test_a_number_is_taken_up_to_its_borders_and_no_further(field: str) -> None:
    least, most = BORDERS[field]
    for inside in (least, most):
        asked = {**AROUND, field: inside}
        assert getattr(ImageRequest.model_validate(asked), field) == inside

    for outside in (least - 1, most + 1, float("nan"), float("inf"), -float("inf"), "a"):
        named = field.replace("_", " ")
        sentence = f"{named} is a (whole )?number from {least} to {most}, not .*{outside}"
        with pytest.raises(InvalidRequest, match=sentence):
            ImageRequest.model_validate({**AROUND, field: outside})


@pytest.mark.parametrize("side", [0, -64, 63, 2049, 10**30])
def test_a_size_that_is_none_is_refused_with_a_mend_for_every_model(side: int) -> None:
    with pytest.raises(InvalidRequest, match=rf"^{side} is no width or height .*Say none"):
        ImageRequest(prompt="x", width=side, height=512)


@pytest.mark.parametrize("margins", [64, "64", [64], (64, 64, 64, 64), ["64"] * 4])
def test_one_margin_is_for_every_side(margins: object) -> None:
    asked = {"prompt": "x", "image": "ab", "outpaint": margins}

    assert ImageRequest.model_validate(asked).outpaint == (64, 64, 64, 64)


def test_to_paint_nothing_around_an_image_is_as_if_it_was_not_asked_for() -> None:
    assert ImageRequest.model_validate({"prompt": "x", "outpaint": 0}) == ImageRequest(prompt="x")


def test_all_pictures_of_a_request_are_named() -> None:
    request = ImageRequest(
        prompt="x",
        image="a",
        mask="b",
        controls=(ControlWish(name="edges", image="c"), ControlWish(name="depth", image="a")),
        references=(ReferenceWish(image="d"),),
    )

    assert request.pictures == {"a", "b", "c", "d"}
    assert ImageRequest(prompt="x").pictures == set()


def test_a_sampler_is_known_in_any_spelling() -> None:
    spellings = ("dpm++ 2m karras", "DPMpp_2M_Karras", "DPM++ 2M  KARRAS")

    names = {ImageRequest(prompt="x", sampler=name).sampler for name in spellings}

    assert names == {"DPM++ 2M Karras"}


def test_a_request_with_everything_survives_the_database() -> None:
    request = ImageRequest(
        prompt="a fox",
        image="ab",
        mask="cd",
        outpaint=(0, 8, 16, 24),
        guidance_end=0.6,
        cache=3,
        rescale=0.7,
        clip_skip=2,
        variation=0.2,
        variation_seed=9,
        upscale=1.5,
        upscaler="Latent",
        redraw=0.5,
        controls=(
            ControlWish(name="edges", image="ef", weight=0.5, start=0.1, preprocessor="canny"),
            ControlWish(name="depth", image="ef", end=0.5),
        ),
        references=(ReferenceWish(image="gh", name="look", weight=1.0),),
    )

    assert ImageRequest.model_validate_json(request.model_dump_json()) == request
    assert ImageRequest.model_validate(request.model_dump(mode="json")) == request


def test_a_request_survives_the_database() -> None:
    request = ImageRequest(prompt='a "fox",\n--so', aspect=(16, 9), seed=7, style="night")

    assert ImageRequest.model_validate_json(request.model_dump_json()) == request


@given(
    st.dictionaries(
        st.sampled_from([*ImageRequest.model_fields, "other"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text()
        | st.lists(st.integers()),
    )
)
def test_anything_at_all_is_a_request_or_refused_in_a_sentence(fields: dict[str, object]) -> None:
    sentence = "Fine."
    try:
        ImageRequest.model_validate(fields)
    except InvalidRequest as error:
        sentence = str(error)

    assert sentence.endswith((".", "?"))
