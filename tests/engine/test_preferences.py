"""Defaults: the request's own words first, then the layers, of which later go first."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidRequest
from engine.preferences import (
    GROUPS,
    NONE,
    Preferences,
    changed_preferences,
    checked_preferences,
    preferences_of,
    with_defaults,
)
from engine.prompt import read_prompt
from engine.request import ImageRequest

SIDES = st.sampled_from([64, 128, 512])
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "model": st.sampled_from(["book", "oil"]),
    "sampler": st.sampled_from(["Euler", "DDIM"]),
    "steps": st.integers(1, 150),
    "guidance": st.floats(0, 30),
    "negative": st.sampled_from(["", "people"]),
    "style": st.sampled_from(["snow", "night"]),
    "count": st.integers(1, 16),
    "exact": st.booleans(),
}
SHAPES: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"width": SIDES, "height": SIDES}),
    st.fixed_dictionaries({"aspect": st.sampled_from([(16, 9), (1, 1)])}),
)
TOLD = st.tuples(st.fixed_dictionaries({}, optional=FIELDS), SHAPES).map(
    lambda two: two[0] | two[1]
)
LAYERS = TOLD.map(preferences_of)
REQUESTS = TOLD.map(lambda told: ImageRequest(prompt="a fox", **told))


def named(request: ImageRequest, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(getattr(request, name) for name in names)


@given(request=REQUESTS, below=LAYERS, above=LAYERS)
def test_each_group_is_the_requests_or_the_highest_layers_that_has_it(
    request: ImageRequest, below: Preferences, above: Preferences
) -> None:
    whole = with_defaults(request, below, above).request

    for group, names in GROUPS.items():
        if not request.model_fields_set.isdisjoint(names):
            assert named(whole, names) == named(request, names)
        elif chosen := above.of(group) or below.of(group):
            expected = ImageRequest(prompt="a fox", **chosen)
            assert named(whole, names) == named(expected, names)
        else:
            assert named(whole, names) == named(request, names)


@given(request=REQUESTS, below=LAYERS, above=LAYERS)
def test_defaults_twice_are_defaults_once(
    request: ImageRequest, below: Preferences, above: Preferences
) -> None:
    once = with_defaults(request, below, above).request

    again = with_defaults(once, below, above).request

    assert again == once
    assert again.model_fields_set == once.model_fields_set


@given(request=REQUESTS, below=LAYERS, above=LAYERS)
def test_two_layers_at_once_are_one_after_the_other(
    request: ImageRequest, below: Preferences, above: Preferences
) -> None:
    step_by_step = with_defaults(with_defaults(request, above).request, below).request

    assert with_defaults(request, below, above).request == step_by_step


@given(told=TOLD)
def test_what_is_stored_is_read_as_it_was(told: dict[str, Any]) -> None:
    assert preferences_of(preferences_of(told).told) == preferences_of(told)


def test_a_flag_goes_before_a_default_even_where_it_says_what_is_built_in() -> None:
    mine = Preferences(count=4, steps=30, width=64, height=64)

    whole = with_defaults(read_prompt("a fox --count 1 --ar 16:9"), mine).request

    assert (whole.count, whole.steps, whole.aspect, whole.width) == (1, 30, (16, 9), None)


def test_no_style_is_a_choice_too() -> None:
    server = Preferences(style="snow", negative="people")

    whole = with_defaults(
        ImageRequest(prompt="a fox"), server, Preferences(style="", negative="")
    ).request

    assert (whole.style, whole.negative) == (None, "")


def test_an_image_that_is_begun_from_keeps_its_shape() -> None:
    mine = Preferences(width=64, height=64, steps=9)

    whole = with_defaults(ImageRequest(prompt="a fox", image="1f" * 32), mine).request

    assert (whole.width, whole.steps) == (None, 9)


def test_what_cannot_be_taken_is_passed_over_for_the_layer_below() -> None:
    def require(group: str, request: ImageRequest) -> None:
        if request.steps == 99:
            raise InvalidRequest("That is too much.")

    done = with_defaults(
        ImageRequest(prompt="a fox"), Preferences(steps=9), Preferences(steps=99), require=require
    )

    assert done.request.steps == 9
    assert done.notes == ("The default for the steps was passed over: That is too much.",)


def test_what_is_no_request_any_more_is_passed_over() -> None:
    stored = preferences_of({"sampler": "gone", "steps": 4000, "aspect": [16, 9], "later": 1})

    done = with_defaults(ImageRequest(prompt="a fox"), stored)

    assert done.request == ImageRequest(prompt="a fox", aspect=(16, 9))
    assert [each.group for each in done.passed_over] == ["sampler", "steps"]
    assert "“gone”" in done.notes[0]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"steps": "many"}, "steps is a whole number"),
        ({"sampler": "Eulr"}, "Did you mean Euler"),
        ({"width": 65, "height": 64}, "65 is no width"),
        ({"width": 64}, "width and height together"),
        ({"count": 17}, "count is a whole number"),
        ({"negative": "a\x00"}, "no text"),
        ({"prompt": "a cat"}, "“prompt” is nothing that can be chosen"),
        ({"seed": 7}, "“seed” is nothing"),
    ],
)
def test_what_no_request_can_say_is_no_default(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        checked_preferences(change)


def test_a_change_is_read_as_a_request_reads_it() -> None:
    changed = changed_preferences(NONE, {"steps": "30", "sampler": "euler", "exact": True})

    assert changed == Preferences(steps=30, sampler="Euler", exact=True)


def test_a_shape_takes_the_place_of_a_size_and_forgetting_one_forgets_both() -> None:
    sized = Preferences(width=64, height=128, count=2)

    shaped = changed_preferences(sized, {"aspect": (16, 9)})
    forgotten = changed_preferences(shaped, {}, frozenset({"width"}))

    assert shaped == Preferences(aspect=(16, 9), count=2)
    assert forgotten == Preferences(count=2)
