"""Days as people say them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from bot.days import day_said
from bot.history import read_search

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "day"),
    [
        ("today", date(2026, 3, 1)),
        (" Yesterday ", date(2026, 2, 28)),
        ("last  week", date(2026, 2, 22)),
        ("last month", date(2026, 1, 30)),
        ("someday", None),
        ("", None),
    ],
)
def test_a_word_means_a_day(word: str, day: date | None) -> None:
    assert day_said(word, NOW) == day


def test_a_day_is_told_in_utc() -> None:
    late = datetime(2026, 3, 1, 1, tzinfo=timezone(timedelta(hours=9)))

    assert day_said("today", late) == date(2026, 2, 28)


def test_a_search_until_today_takes_in_all_of_today() -> None:
    search = read_search(
        None, model=None, seed=None, since="yesterday", until="today", favourites=False
    )

    assert search.since is not None
    assert search.until is not None
    assert search.until - search.since == timedelta(days=2)
