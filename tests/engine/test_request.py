"""What can be asked for, and how a wrong wish is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidRequest
from engine.request import ImageRequest

REFUSED = {
    "an empty prompt": ({"prompt": ""}, "the prompt is empty"),
    "a blank prompt": ({"prompt": " \n\t"}, "the prompt is empty"),
    "no prompt": ({}, "prompt is missing"),
    "no multiple of 8": ({"prompt": "x", "width": 500, "height": 512}, "multiples of 8.*Try 496"),
    "too small": ({"prompt": "x", "width": 56, "height": 512}, "from 64 to 2048.*Try 64"),
    "too large": ({"prompt": "x", "width": 512, "height": 4096}, "from 64 to 2048.*Try 2048"),
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
}


@pytest.mark.parametrize(("fields", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_a_wrong_wish_is_refused_with_the_mend(fields: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        ImageRequest.model_validate(fields)


def test_a_sampler_is_known_in_any_spelling() -> None:
    spellings = ("dpm++ 2m karras", "DPMpp_2M_Karras", "DPM++ 2M  KARRAS")

    names = {ImageRequest(prompt="x", sampler=name).sampler for name in spellings}

    assert names == {"DPM++ 2M Karras"}


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
