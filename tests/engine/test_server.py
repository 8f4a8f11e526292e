"""What can be set for a server."""

import json
from dataclasses import replace
from typing import Any

import pytest

from engine.errors import InvalidRequest
from engine.safety import Measure
from engine.server import FREE, ServerSettings, changed_settings, settings_of
from engine.spot import ANYWHERE, Spot

ALL = ServerSettings(
    models=("book",),
    most_pictures=4,
    images=False,
    loras=False,
    refused=("naked", "blue car"),
    safety="blur",
    safety_adult="mark",
    safety_channels=(("7", "refuse"), ("8", "mark")),
    channels=("81384788765712384",),
    audit_channel="81384788765712385",
    language="pt-BR",
)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"most_pictures": 0}, "Take 1 to 64"),
        ({"most_pictures": 65}, "Take 1 to 64"),
        ({"refused": ("…",)}, "no word that can be refused"),
        ({"refused": ("x" * 101,)}, "no word that can be refused"),
        ({"refused": ("x",) * 501}, "500 at most"),
        ({"safety": "loud"}, "off, mark, blur, refuse"),
        ({"safety_adult": "loud"}, "off, mark, blur, refuse"),
        ({"safety_channels": (("7", "loud"),)}, "off, mark, blur, refuse"),
        ({"safety_channels": (("", "mark"),)}, "no channel's id"),
        ({"safety_channels": tuple((str(n), "mark") for n in range(501))}, "500 at most"),
        ({"audit_channel": "\x00"}, "no channel's id"),
        ({"refused": ("/(ab/",)}, "is no pattern"),
        ({"refused": tuple(f"/{'a' * 90}{n}b/" for n in range(11))}, "1,000 are the most"),
        ({"channels": ("",)}, "no channel's id"),
        ({"channels": ("1",) * 501}, "500 at most"),
        ({"language": "klingon!"}, "no language"),
    ],
)
def test_what_cannot_be_kept_is_no_setting(told: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        ServerSettings(**told)


def test_settings_are_read_as_they_were_stored() -> None:
    assert settings_of(json.loads(json.dumps(ALL.told))) == ALL
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
    ("spot", "wanted"),
    [
        (ANYWHERE, "blur"),
        (Spot(channels=("5",)), "blur"),
        (Spot(channels=("5",), adult=True), "mark"),
        (Spot(channels=("7",)), "refuse"),
        (Spot(channels=("7",), adult=True), "refuse"),
        (Spot(channels=("5", "7")), "refuse"),
    ],
)
def test_a_channel_has_its_own_safety_or_that_of_its_kind(spot: Spot, wanted: Measure) -> None:
    settings = ServerSettings(
        safety="blur", safety_adult="mark", safety_channels=(("7", "refuse"),)
    )

    assert settings.safety_at(spot) == wanted


def test_where_age_restricted_channels_are_not_named_they_are_as_the_others() -> None:
    adult = Spot(channels=("5",), adult=True)

    assert ServerSettings(safety="blur").safety_at(adult) == "blur"
    assert FREE.safety_at(adult) is None
