"""What a server allows, and what can be set for one."""

from dataclasses import replace
from typing import Any

import pytest

from engine.errors import InvalidRequest
from engine.extra import Extra
from engine.job import Tile
from engine.request import ImageRequest
from engine.safety import Measure
from engine.server import (
    FREE,
    ServerSettings,
    changed_settings,
    require_allowed,
    settings_of,
    stricter,
)
from engine.tiles import tiles_of
from tests.fakes import BOOK

A_FOX = ImageRequest(prompt="a fox")
ALL = ServerSettings(
    models=("book",),
    most_pictures=4,
    images=False,
    loras=False,
    refused=("naked", "blue car"),
    safety="blur",
    channels=("81384788765712384",),
    language="pt-BR",
)


def tiles(request: ImageRequest) -> tuple[Tile, ...]:
    return tiles_of(request, BOOK, seed=7)


def with_lora(tile: Tile) -> Tile:
    extra = Extra(name="ink", digest="d2", weight=1.0)
    return replace(tile, recipe=replace(tile.recipe, loras=(extra,)))


def test_where_nothing_is_set_everything_is_allowed() -> None:
    request = ImageRequest(prompt="a naked fox", count=16, image="1f" * 32)

    require_allowed(FREE, request, [with_lora(tile) for tile in tiles(request)])


def test_what_fits_the_settings_is_allowed() -> None:
    request = ImageRequest(prompt="{a|the} fox", count=2)

    require_allowed(ALL, request, tiles(request))


@pytest.mark.parametrize(
    ("settings", "request_", "sentence"),
    [
        (ServerSettings(models=("oil", "ink")), A_FOX, "allow the model book. It allows: oil, ink"),
        (
            ServerSettings(most_pictures=3),
            ImageRequest(prompt="{a|b} fox", count=2),
            "That is 4 pictures, and 3 at once",
        ),
        (
            ServerSettings(images=False),
            ImageRequest(prompt="a fox", image="1f" * 32),
            "not allow pictures",
        ),
        (
            ServerSettings(images=False),
            ImageRequest.model_validate(
                {"prompt": "a fox", "references": [{"image": "1f" * 32, "name": "look"}]}
            ),
            "not allow pictures",
        ),
        (
            ServerSettings(refused=("snow",)),
            ImageRequest(prompt="{a|a fox in SNÓW} cat"),
            "refuses the word “snow”",
        ),
        (
            ServerSettings(refused=("snow",)),
            ImageRequest(prompt="a fox", style="snow"),
            "refuses the word “snow”",
        ),
    ],
)
def test_what_a_server_does_not_allow_is_refused(
    settings: ServerSettings, request_: ImageRequest, sentence: str
) -> None:
    without_references = request_.model_copy(update={"references": ()})

    with pytest.raises(InvalidRequest, match=sentence):
        require_allowed(settings, request_, tiles(without_references))


def test_loras_are_refused_where_they_are_not_allowed() -> None:
    with pytest.raises(InvalidRequest, match="not allow LoRAs"):
        require_allowed(ServerSettings(loras=False), A_FOX, [with_lora(tiles(A_FOX)[0])])


def test_what_is_to_be_kept_out_may_be_named() -> None:
    request = ImageRequest(prompt="a fox", negative="naked people")

    require_allowed(ALL, request, tiles(request))


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"most_pictures": 0}, "Take 1 to 64"),
        ({"most_pictures": 65}, "Take 1 to 64"),
        ({"refused": ("…",)}, "no word that can be refused"),
        ({"refused": ("x" * 101,)}, "no word that can be refused"),
        ({"refused": ("x",) * 501}, "500 at most"),
        ({"safety": "loud"}, "off, mark, blur, refuse"),
        ({"channels": ("",)}, "no channel's id"),
        ({"channels": ("1",) * 501}, "500 at most"),
        ({"language": "klingon!"}, "no language"),
    ],
)
def test_what_cannot_be_kept_is_no_setting(told: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        ServerSettings(**told)


def test_settings_are_read_as_they_were_stored() -> None:
    assert settings_of(ALL.told) == ALL
    assert settings_of({**ALL.told, "later": True}) == ALL
    assert FREE.told == {}


def test_settings_change_one_by_one() -> None:
    after = changed_settings(ALL, {"refused": ["bad"]}, frozenset({"models", "images"}))

    assert after == replace(ALL, refused=("bad",), models=(), images=True)
    with pytest.raises(InvalidRequest, match="“colour” is nothing"):
        changed_settings(ALL, {"colour": "red"})


def test_without_channels_it_answers_in_all() -> None:
    assert FREE.answers_in("7")
    assert ALL.answers_in("81384788765712384")
    assert not ALL.answers_in("7")


@pytest.mark.parametrize(
    ("here", "server", "expected"),
    [
        ("off", None, "off"),
        ("off", "mark", "mark"),
        ("blur", "mark", "blur"),
        ("mark", "refuse", "refuse"),
    ],
)
def test_the_stricter_safety_counts(here: Measure, server: Measure, expected: Measure) -> None:
    assert stricter(here, server) == expected
