"""What moderators did, as a table for a terminal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot import choice_words
from bot.standings import NOTHING, Row, when
from bot.terms import NAMES
from engine.accounts import Deed

DEED_COLUMNS = ("when", "who", "to whom", "what", "details", "why")
TIMES = frozenset({"until", "expires"})
ENDLESS = {"until": "taken back", "expires": "never"}
ABSENT = object()
CALLED = {**NAMES, **choice_words.SETTING_NAMES}


def deed_row(deed: Deed) -> Row:
    """Under DEED_COLUMNS."""
    told = told_details(deed.details) or NOTHING
    return (when(deed.at), deed.who, deed.whom, deed.what, told, deed.why or NOTHING)


def told_details(details: Mapping[str, Any]) -> str:
    """In words, and nothing where there are none."""
    if "before" not in details:
        return ", ".join(f"{name} {_word(value, name)}" for name, value in details.items())
    before, after = details["before"], details["after"]
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return ", ".join(_differences(before, after))
    return f"{_word(before)} → {_word(after)}"


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    told: list[str] = []
    for name in {**before, **after}:
        was, now = before.get(name, ABSENT), after.get(name, ABSENT)
        if isinstance(was, Mapping) and isinstance(now, Mapping):
            told += _differences(was, now)
        elif isinstance(was, list) and isinstance(now, list):
            told += _exchanged(CALLED.get(name, name), was, now)
        elif was != now:
            called = CALLED.get(name, name)
            told.append(f"{called} {_word(was, name)} → {_word(now, name)}")
    return told


def _exchanged(called: str, before: list[Any], after: list[Any]) -> list[str]:
    """Of long lists only what came and what went."""
    gone = [one for one in before if one not in after]
    new = [one for one in after if one not in before]
    return [
        f"{called} {sign} {choice_words.value(parts)}"
        for sign, parts in (("without", gone), ("with", new))
        if parts
    ]


def _word(value: Any, name: str = "") -> str:
    """`default` is a term that was not there, `none` one that said there is no limit."""
    if value is ABSENT:
        return "default"
    if value is None:
        return ENDLESS.get(name, "none")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name in TIMES:
        return when(datetime.fromisoformat(value))
    if name == "window":
        return f"{value / 3600:g} h"
    if isinstance(value, list):
        return choice_words.value(value)
    return f"{value:,g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)
