"""Spans of time as people type them: 30m, 12h, 7d, 1d12h."""

import re
from datetime import datetime, timedelta

from bot.discord.speech.words import say
from engine.errors import InvalidRequest

LONGEST = timedelta(days=36_500)
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_FORM = re.compile(r"(?:\d{1,6}\s*[mhdw]\s*)+")
_PART = re.compile(r"(\d{1,6})\s*([mhdw])")


def read_end(typed: str | None, now: datetime) -> datetime | None:
    """So long from now; None is never. Raises InvalidRequest."""
    if typed is None:
        return None
    word = typed.strip().lower()
    span = timedelta()
    if _FORM.fullmatch(word):
        for count, unit in _PART.findall(word):
            span += timedelta(**{UNITS[unit]: int(count)})
    if not timedelta() < span <= LONGEST:
        raise InvalidRequest(say("mod.no_span"))
    return now + span
