"""Days as people say them: today, yesterday, last week."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

DAYS_AGO: Mapping[str, int] = {"today": 0, "yesterday": 1, "last week": 7, "last month": 30}
"""How long ago the day is that such a word means."""


def day_said(word: str, now: datetime) -> date | None:
    """The day, in UTC; None where the word is none of these."""
    ago = DAYS_AGO.get(" ".join(word.casefold().split()))
    return None if ago is None else days_before(now, ago)


def days_before(now: datetime, ago: int) -> date:
    return now.astimezone(UTC).date() - timedelta(days=ago)
