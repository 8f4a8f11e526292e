"""The keys in memory: for trying things out and for tests, with nothing left behind."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from engine.accounts import Act
from engine.job import Owner
from engine.key import Key, Scope, digest_of, fits, id_in, own_person
from engine.keys import ADDED, REVOKED, name_taken, new_key, no_key, told_key
from engine.moderation import LOCAL
from storage.memory_purses import MemoryPurses
from storage.models import utc


class MemoryKeys:
    """Behaves as `SqlKeys` does, and lets others run wherever that one waits for the database.

    `purses` are those of the ledger in memory to whose people they belong.
    """

    def __init__(self, purses: MemoryPurses) -> None:
        self._purses = purses
        self._keys: dict[str, Key] = {}
        self._digests: dict[str, str] = {}

    async def add(
        self,
        name: str,
        owner: Owner,
        scopes: Collection[Scope],
        expires: datetime | None,
        now: datetime,
        *,
        who: str = LOCAL,
        why: str = "",
    ) -> tuple[Key, str]:
        act = Act(who=who, at=utc(now), why=why)
        key, secret = new_key(name, owner, scopes, None if expires is None else utc(expires), act)
        await asyncio.sleep(0)
        if name in self._to_revoke():
            raise name_taken(name)
        self._keys[key.id], self._digests[key.id] = key, digest_of(secret)
        self._purses.audit.note(own_person(name).id, ADDED, act, told_key(key))
        return key, secret

    async def open(self, secret: str, now: datetime) -> Key | None:
        await asyncio.sleep(0)
        id = id_in(secret)
        return self._used(id if fits(secret, self._digests.get(id)) else "", utc(now))

    async def key(self, id: str, now: datetime) -> Key | None:
        await asyncio.sleep(0)
        return self._used(id, utc(now))

    async def opening(self, ids: Collection[str], now: datetime) -> Mapping[str, Collection[Scope]]:
        await asyncio.sleep(0)
        there = [self._keys[id] for id in ids if id in self._keys]
        return {key.id: key.scopes for key in there if key.opens(utc(now))}

    async def all(self) -> Sequence[Key]:
        await asyncio.sleep(0)
        in_order = sorted(self._keys.values(), key=lambda key: (key.added, key.id))
        return [self._with_name(key) for key in in_order]

    async def revoke(self, name: str, now: datetime, *, who: str = LOCAL, why: str = "") -> Key:
        await asyncio.sleep(0)
        there = self._to_revoke()
        if name not in there:
            raise no_key(name, sorted(there))
        key = replace(there[name], revoked=utc(now))
        self._keys[key.id] = key
        self._purses.audit.note(
            own_person(name).id, REVOKED, Act(who=who, at=utc(now), why=why), {}
        )
        return self._with_name(key)

    def _to_revoke(self) -> dict[str, Key]:
        return {key.name: key for key in self._keys.values() if key.revoked is None}

    def _used(self, id: str, now: datetime) -> Key | None:
        key = self._keys.get(id)
        if key is None or not key.opens(now):
            return None
        key = replace(key, last_used=key.unnoted_hour(now) or key.last_used)
        self._keys[id] = key
        return self._with_name(key)

    def _with_name(self, key: Key) -> Key:
        if key.owner.id == own_person(key.name).id:
            return replace(key, owner=own_person(key.name))
        known = self._purses.people.get(key.owner.id)
        return replace(key, owner=Owner(id=key.owner.id, name=known.name if known else ""))
