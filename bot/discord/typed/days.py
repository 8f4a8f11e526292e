"""Days as people type them in their language, and as they are offered while they type."""

import re
import unicodedata
from datetime import date, datetime

from discord.app_commands import Choice

from bot.days import DAYS_AGO, days_before
from bot.discord.arrival.asked import Interaction
from bot.discord.speech.shown import shown
from bot.discord.speech.words import ENGLISH, say, spoken
from bot.discord.typed.fuzzy import offered
from bot.discord.typed.offers import choices
from engine.errors import InvalidRequest

_YEAR_FIRST = re.compile(r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?")
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})[./-](?P<month>\d{1,2})[./-](?P<year>\d{4})")


def read_day(typed: str, now: datetime) -> str:
    """As searches are told it, like 2026-11-20. Raises InvalidRequest."""
    word = _folded(typed)
    for name, ago in DAYS_AGO.items():
        if word in {name, _folded(_said(name))}:
            return days_before(now, ago).isoformat()
    bare = word.replace(" ", "")
    found = _YEAR_FIRST.fullmatch(bare)
    # Of 05/06/2026 nobody knows which is the month where English is spoken.
    if found is None and (spoken() != ENGLISH or "." in bare):
        found = _DAY_FIRST.fullmatch(bare)
    try:
        if found is not None:
            return date(int(found["year"]), int(found["month"]), int(found["day"])).isoformat()
        datetime.fromisoformat(word)
    except ValueError:
        raise InvalidRequest(say("history.no_day", typed=shown(typed, 40))) from None
    return word


async def offering_days(_: Interaction, typed: str) -> list[Choice[str]]:
    return choices(offered(typed, [_said(name) for name in DAYS_AGO]))


def _said(name: str) -> str:
    return say(f"history.days.{name.replace(' ', '_')}")


def _folded(typed: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", typed).casefold().split())
