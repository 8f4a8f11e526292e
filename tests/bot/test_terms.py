"""Terms as people type them."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.terms import FIELDS, read_change, read_end, read_number, read_person, read_roles
from engine.errors import InvalidRequest
from engine.terms import NAMES

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SNOWFLAKE = str(2**64 - 1)


def test_every_term_has_an_option() -> None:
    assert set(FIELDS.values()) == set(NAMES)


@pytest.mark.parametrize(
    ("option", "word", "sentence"),
    [
        ("per_day", "-1", "no amount"),
        ("per_day", "NaN", "no number"),
        ("per_day", "inf", "no number"),
        ("per_day", "ten", "“ten” is no number. Write one, or none for no limit, or default for"),
        ("window", "0", "a minute to 366 days"),
        ("window", "none", "must be a number"),
        ("largest", "big", "Write width x height"),
        ("largest", "8x8", "64x64 at least"),
        ("largest", "999999x999999", "whole number up to"),
        ("steps", "0", "at least 1"),
        ("steps", "2.5", "whole number"),
        ("waiting", "1e30", "whole number"),
        ("weight", "0", "no weight"),
        ("priority", "none", "must be a number"),
    ],
)
def test_terms_that_are_none_are_a_sentence(option: str, word: str, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        read_change({option: word})


def test_words_are_read_as_people_mean_them() -> None:
    change = read_change(
        {"per_day": " 7.5 ", "window": "0.5", "largest": "1024 X 768", "steps": None}
    )

    assert change.terms == {"per_day": 7.5, "window": 1800.0, "largest_pixels": 1024 * 768}
    assert read_person(SNOWFLAKE) == f"discord:{SNOWFLAKE}"
    assert [read_person(word) for word in ("local", "discord:1", "٣")] == [
        "local",
        "discord:1",
        "٣",
    ]
    assert [read_roles(word) for word in (None, "none", "", "1, 2")] == [None, [], [], ["1", "2"]]
    assert read_number("1e2") == 100
    assert read_end("0.5", NOON) == NOON + timedelta(hours=12)
