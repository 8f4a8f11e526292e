"""Terms as people type them: `--per-day 50 --window 3 --largest 1024x1024 --burst none`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

from engine.errors import InvalidRequest
from engine.terms import checked

NONE = "none"
"""No limit, where the tier may have one."""
DEFAULT = "default"
"""Nothing of one's own: what the tier says."""
FIELDS = {
    "per_day": "per_day",
    "per_window": "per_window",
    "window": "window",
    "burst": "burst",
    "largest": "largest_pixels",
    "steps": "most_steps",
    "waiting": "most_waiting",
    "running": "most_running",
    "priority": "tier",
    "weight": "weight",
}
"""What an option is called, and the field of an Allowance that it means."""
NAMES = {field: option.replace("_", " ") for option, field in FIELDS.items()}
"""What a field is called where people read it."""
LONGEST_DAYS = 36_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Terms to set, and those to forget."""

    terms: Mapping[str, Any]
    forget: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.terms or self.forget)


def read_change(typed: Mapping[str, str | None]) -> Change:
    """By the names of the options. Raises InvalidRequest."""
    given = {name: word.strip() for name, word in typed.items() if word is not None}
    forget = {FIELDS[name] for name, word in given.items() if word.lower() == DEFAULT}
    terms = {
        FIELDS[name]: _value(name, word) for name, word in given.items() if word.lower() != DEFAULT
    }
    return Change(terms=checked(terms), forget=frozenset(forget))


def read_end(days: str | None, now: datetime) -> datetime | None:
    """So many days from now; None is never."""
    if days is None:
        return None
    count = read_number(days)
    if not 0 < count <= LONGEST_DAYS:
        raise InvalidRequest(f"--days {days} is no time to wait for. Take up to {LONGEST_DAYS:,}.")
    return now + timedelta(days=count)


def read_number(word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        raise InvalidRequest("“{word}” is no number.", word=word[:60]) from None
    if not isfinite(number):
        raise InvalidRequest("“{word}” is no number.", word=word[:60])
    return number


def read_person(word: str) -> str:
    """A person's id. Digits alone are Discord's."""
    return f"discord:{word}" if word.isascii() and word.isdigit() else word


def read_roles(word: str | None) -> list[str] | None:
    """A list with commas; `none` is no role."""
    if word is None:
        return None
    if word.strip().lower() in {NONE, ""}:
        return []
    return [role.strip() for role in word.split(",")]


def _value(name: str, word: str) -> float | int | None:
    if word.lower() == NONE:
        return None
    if name == "largest":
        return _pixels(word)
    try:
        number = read_number(word)
    except InvalidRequest:
        raise InvalidRequest(
            "“{word}” is no number. Write one, or {none} for no limit, or {default} for what else "
            "would hold.",
            word=word[:60],
            none=NONE,
            default=DEFAULT,
        ) from None
    if name == "window":
        return number * 3600
    return int(number) if number == round(number) else number


def _pixels(word: str) -> int:
    found = re.fullmatch(r"(\d{1,6})\s*[x×*]\s*(\d{1,6})", word, re.IGNORECASE | re.ASCII)
    if found is None:
        raise InvalidRequest(
            "“{word}” is no size. Write width x height, like 1024x1024, or none.", word=word[:60]
        )
    return int(found[1]) * int(found[2])
