"""Lengths of time as people type them."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.discord.typed.span import read_end
from engine.errors import InvalidRequest

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "span"),
    [
        ("30m", timedelta(minutes=30)),
        ("12h", timedelta(hours=12)),
        (" 7D ", timedelta(days=7)),
        ("2w", timedelta(weeks=2)),
        ("1d12h", timedelta(hours=36)),
        ("1d 12h", timedelta(hours=36)),
    ],
)
def test_a_length_of_time_is_read(typed: str, span: timedelta) -> None:
    assert read_end(typed, NOON) == NOON + span


@pytest.mark.parametrize("typed", ["", "7", "d", "0h", "-1d", "7y", "1.5h", "999999w"])
def test_what_is_none_is_said(typed: str) -> None:
    with pytest.raises(InvalidRequest, match="no length of time"):
        read_end(typed, NOON)


def test_without_one_there_is_no_end() -> None:
    assert read_end(None, NOON) is None
