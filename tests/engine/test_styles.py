"""Styles of one's own: their names, their limits, and which of one name counts."""

from dataclasses import replace

import pytest

from engine.errors import InvalidRequest
from engine.style import Style, style_named
from engine.styles import MOST_STYLES, built_in_named, checked_style, no_style, require_room

MIST = Style(name="misty morning", prompt="{prompt} in the mist", negative="sun")


def test_a_style_of_ones_own_is_found_in_any_spelling() -> None:
    assert style_named("Misty-Morning", [MIST]) == MIST


def test_own_styles_go_before_the_servers_and_the_built_in_ones() -> None:
    own = Style(name="Snow", prompt="{prompt} under snow")
    server = Style(name="snow", prompt="{prompt} on snow")

    assert style_named("snow", [own, server]) == own
    assert style_named("snow", [server]) == server
    assert style_named("night", [own, server]).prompt == "{prompt} at night"


def test_a_typing_mistake_is_answered_with_the_nearest_of_all() -> None:
    with pytest.raises(InvalidRequest, match="Did you mean misty morning"):
        style_named("mistymornings", [MIST])
    with pytest.raises(InvalidRequest, match="Did you mean watercolor"):
        style_named("watercolour", [MIST])


def test_a_name_is_kept_on_one_line() -> None:
    assert checked_style(replace(MIST, name="  misty \n morning ")) == MIST


@pytest.mark.parametrize("name", ["", "--", "x" * 61, "a\x00b", "\ud800b"])
def test_what_cannot_be_found_again_is_no_name(name: str) -> None:
    with pytest.raises(InvalidRequest, match="A style's name"):
        checked_style(replace(MIST, name=name))


@pytest.mark.parametrize(
    ("prompt", "negative", "sentence"),
    [
        ("{prompt}" + "x" * 6000, "", "6,000 is the most"),
        ("{prompt} \x00", "", "no text"),
        ("{prompt}", "\ud800", "no text"),
    ],
)
def test_what_no_request_can_say_is_no_style(prompt: str, negative: str, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        checked_style(Style(name="odd", prompt=prompt, negative=negative))


def test_a_hidden_built_in_style_is_named() -> None:
    hidden = built_in_named("Pixel-Art")

    assert hidden is not None
    assert hidden.name == "pixel art"
    assert built_in_named("misty") is None


def test_there_is_room_for_so_many_and_a_known_name_needs_none() -> None:
    names = [f"style{number}" for number in range(MOST_STYLES)]

    require_room(names[1:], "style0")
    require_room(names, "style0")

    with pytest.raises(InvalidRequest, match="100 is the most"):
        require_room(names, "another")


def test_what_is_not_there_to_be_removed_is_answered_with_the_nearest() -> None:
    assert "Did you mean misty morning?" in str(no_style("mistymornin", [MIST]))
    assert "There are none yet." in str(no_style("mist", []))
    assert "A built-in style stays" in str(no_style("Snow", []))
