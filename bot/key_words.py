"""What people read about keys."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from bot.standings import EXPIRED, NOTHING, Row, when
from engine.key import Key, Scope
from engine.keys import in_order

COLUMNS = ("key", "person", "for", "begins with", "added", "until", "last used", "")
REVOKED = "revoked"
NO_KEYS = "There are no keys yet. `easel keys add NAME` makes one."
SHOWN_ONCE = "This is its secret. It is shown this once: keep it as you keep a password."


def added(key: Key) -> str:
    """What a new key is good for."""
    end = "until it is revoked" if key.expires is None else f"until {_second(key.expires)}"
    return f"The key {key.name} is {key.owner.id}'s and is for {_listed(key.scopes)}, {end}."


def was_there(key: Key) -> str:
    """There was one of that name before, and whoever had it is whoever has this one."""
    return (
        f"There was a key {key.name} before. This one is the same person: {key.owner.id} keeps its "
        "history, credits and limits."
    )


def revoked(key: Key) -> str:
    """It is over."""
    return (
        f"The key {key.name} opens nothing any more. "
        f"What {key.owner.id} has stays: history, credits and limits."
    )


def row(key: Key, now: datetime) -> Row:
    """Under COLUMNS."""
    return (
        key.name,
        key.owner.id,
        _listed(key.scopes),
        key.beginning,
        when(key.added),
        NOTHING if key.expires is None else when(key.expires),
        NOTHING if key.last_used is None else when(key.last_used),
        _state(key, now),
    )


def as_json(key: Key, now: datetime) -> dict[str, Any]:
    """All there is to say of a key but its secret, for programs."""
    return {
        "name": key.name,
        "id": key.id,
        "person": key.owner.id,
        "scopes": in_order(key.scopes),
        "added": key.added.isoformat(),
        "expires": _moment(key.expires),
        "revoked": _moment(key.revoked),
        "last_used": _moment(key.last_used),
        "opens": key.opens(now),
    }


def _state(key: Key, now: datetime) -> str:
    if key.revoked is not None:
        return f"{REVOKED} {when(key.revoked)}"
    return EXPIRED if key.expired(now) else ""


def _listed(scopes: Collection[Scope]) -> str:
    return ", ".join(in_order(scopes)) or NOTHING


def _second(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
