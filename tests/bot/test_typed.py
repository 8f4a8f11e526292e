"""Defaults and settings as people type them."""

import pytest

from bot.sizes import read_aspect, read_size
from bot.typed import Typed, read_preferences, read_server_settings, read_whose
from engine.choices import Kind, Whose
from engine.errors import InvalidRequest


def test_what_is_typed_becomes_fields() -> None:
    typed = read_preferences(
        {
            "size": " 512 x 768 ",
            "aspect": None,
            "steps": "30",
            "style": "None",
            "negative": "none",
            "exact": "yes",
            "model": "oil",
        }
    )

    assert typed.change == {
        "width": 512,
        "height": 768,
        "steps": "30",
        "style": "",
        "negative": "",
        "exact": True,
        "model": "oil",
    }
    assert read_preferences({"aspect": "16:9"}).change == {"aspect": (16, 9)}


def test_default_forgets_all_that_the_option_sets() -> None:
    typed = read_preferences({"size": "default", "steps": " Default "})

    assert typed == Typed(change={}, forget=frozenset({"width", "height", "steps"}))
    assert typed
    assert not read_preferences({"size": None})


def test_a_servers_lists_have_commas() -> None:
    typed = read_server_settings(
        {"models": "book, oil,book", "refuse": "blue  car,", "channels": "none", "most": "none"}
    )

    assert typed.change == {
        "models": ["book", "oil"],
        "refused": ["blue car"],
        "channels": [],
        "most_pictures": None,
    }


def test_channels_have_a_safety_of_their_own() -> None:
    typed = read_server_settings(
        {"safety_channels": "42:Refuse, 43: mark,42:blur", "audit_channel": "44"}
    )
    none = read_server_settings({"safety_channels": "none", "audit_channel": "none"})

    assert typed.change == {
        "safety_channels": [("42", "blur"), ("43", "mark")],
        "audit_channel": "44",
    }
    assert none.change == {"safety_channels": [], "audit_channel": None}


@pytest.mark.parametrize(
    ("option", "word", "sentence"),
    [
        ("safety_channels", "42:mark,43", "“43” says no safety of a channel"),
        ("images", "perhaps", "neither yes nor no"),
        ("most", "a few", "no count"),
        ("most", "²", "no count"),
    ],
)
def test_what_cannot_be_read_is_said(option: str, word: str, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        read_server_settings({option: word})


@pytest.mark.parametrize("word", ["", "512", "512x", "-1x7", "5x5x5", "٣x٣"])
def test_what_is_no_size_is_said(word: str) -> None:
    with pytest.raises(InvalidRequest, match="no size"):
        read_size(word)


@pytest.mark.parametrize("word", ["", "16", "16x9", "a:b", "1:2:3"])
def test_what_is_no_shape_is_said(word: str) -> None:
    with pytest.raises(InvalidRequest, match="no shape"):
        read_aspect(word)


def test_without_a_name_it_is_whoever_sits_here() -> None:
    assert read_whose(None, None) == Whose(kind=Kind.PERSON, id="local")
    assert read_whose("42", None) == Whose(kind=Kind.PERSON, id="discord:42")
    assert read_whose(None, "42") == Whose(kind=Kind.SERVER, id="discord:42")
    with pytest.raises(InvalidRequest, match="not both"):
        read_whose("42", "42")
    with pytest.raises(InvalidRequest, match="no server's id"):
        read_whose(None, " ")


def test_sizes_and_shapes_may_be_as_wide_as_the_letters_of_east_asia() -> None:
    assert read_size("５１２ｘ７６８") == (512, 768)
    assert read_aspect("１６：９") == (16, 9)


@pytest.mark.parametrize("person", ["nobody", "discord:abc", "a/b"])
def test_who_is_no_person_chooses_nothing(person: str) -> None:
    with pytest.raises(InvalidRequest, match="no person's id"):
        read_whose(person, None)
