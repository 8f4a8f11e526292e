"""The keys commands: one more, all that there are, one that opens nothing any more."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot import key_words
from bot.owner import LOCAL
from bot.standings import table
from bot.terms import LONGEST_DAYS, read_person
from engine.clock import utc_now
from engine.errors import InvalidRequest
from engine.job import Owner
from engine.key import USUAL, Scope, own_person
from engine.keys import Keys
from engine.nearest import did_you_mean

SPAN = re.compile(r"(\d{1,9})([hdw])", re.ASCII)
UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is printed for whoever reads on, and what is said beside it to whoever looks on."""

    lines: list[str]
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """What is done with keys at the terminal."""

    keys: Keys
    now: Callable[[], datetime] = utc_now

    async def add(
        self,
        name: str,
        *,
        person: str | None,
        scope: str | None,
        expires: str | None,
        why: str,
        as_json: bool,
    ) -> Answer:
        now = self.now()
        owner = own_person(name) if person is None else Owner(id=read_person(person))
        before = {key.owner for key in await self.keys.all()}
        key, secret = await self.keys.add(
            name, owner, read_scopes(scope), read_expiry(expires, now), now, who=LOCAL.id, why=why
        )
        beside = [key_words.added(key)]
        if key.owner in before and key.owner == own_person(name):
            beside.append(key_words.was_there(key))
        beside.append(key_words.SHOWN_ONCE)
        told = {**key_words.as_json(key, now), "secret": secret}
        lines = [json.dumps(told, indent=2, ensure_ascii=False)] if as_json else [secret]
        return Answer(lines=lines, beside=tuple(beside))

    async def show(self, *, as_json: bool) -> Answer:
        now = self.now()
        keys = await self.keys.all()
        if as_json:
            told = [key_words.as_json(key, now) for key in keys]
            return Answer(lines=[json.dumps(told, indent=2, ensure_ascii=False)])
        rows = [key_words.row(key, now) for key in keys]
        return Answer(lines=table(key_words.COLUMNS, rows) or [key_words.NO_KEYS])

    async def revoke(self, name: str, why: str) -> Answer:
        key = await self.keys.revoke(name, self.now(), who=LOCAL.id, why=why)
        return Answer(lines=[key_words.revoked(key)])


def read_scopes(word: str | None) -> frozenset[Scope]:
    """A list with commas. Raises InvalidRequest."""
    if word is None:
        return USUAL
    named = [part.strip().lower() for part in word.split(",") if part.strip()]
    for part in named:
        if part not in set(Scope):
            raise InvalidRequest(f"“{part:.60}” is nothing a key can be for. {_meant(part)}")
    return frozenset(map(Scope, named))


def read_expiry(word: str | None, now: datetime) -> datetime | None:
    """So long from now, like 30d, or a time in UTC, like 2027-01-01; None is never."""
    if word is None:
        return None
    try:
        if found := SPAN.fullmatch(word.strip().lower()):
            span = int(found[1]) * UNITS[found[2]]
            if not timedelta() < span <= timedelta(days=LONGEST_DAYS):
                raise ValueError
            return now.replace(microsecond=0) + span
        end = datetime.fromisoformat(word.strip())
        return end.replace(tzinfo=UTC) if end.tzinfo is None else end.astimezone(UTC)
    except (OverflowError, ValueError):
        raise InvalidRequest(
            f"“{word:.60}” is no time for a key to end. Write a span of up to {LONGEST_DAYS:,} "
            "days, like 30d, 12h or 4w, or a day, like 2027-01-01."
        ) from None


def _meant(part: str) -> str:
    return did_you_mean(part, list(Scope))
