"""The accounts in memory: for trying things out and for tests, with nothing left behind."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine import moderation
from engine.accounts import Act, Block, Deed, Entry, Grant, Standing, Tier
from engine.allowance import Allowance, credits_of
from engine.job import Owner
from engine.purse import NEW
from engine.terms import Terms, checked
from storage.memory_purses import MemoryPurses, Person
from storage.models import utc


class MemoryAccounts:
    """Behaves as `SqlAccounts` does, and lets others run wherever that one waits for the database.

    `purses` are those of the ledger in memory whose jobs they pay for.
    """

    def __init__(self, purses: MemoryPurses) -> None:
        self._purses = purses
        self._tiers: dict[str, Tier] = {}

    async def allowance(self, owner: str, roles: Collection[str] | None = None) -> Allowance:
        seen = None if roles is None else moderation.seen_roles(roles)
        await asyncio.sleep(0)
        known = self._purses.people.get(owner)
        tier = self._tier(owner, known, seen)
        if seen is not None and seen != (known.roles if known else []):
            self._purses.meet(owner, moderation.NEVER).roles = seen
        return moderation.allowance_for(known.terms if known else {}, tier)

    async def standing(
        self, owner: str, now: datetime, roles: Collection[str] | None = None
    ) -> Standing:
        owner, now = moderation.person(owner), utc(now)
        seen = None if roles is None else moderation.seen_roles(roles)
        await asyncio.sleep(0)
        known = self._purses.people.get(owner)
        tier = self._tier(owner, known, seen)
        has = seen if seen is not None else known.roles if known else []
        terms = known.terms if known else {}
        allowance = moderation.allowance_for(terms, tier)
        return Standing(
            owner=Owner(id=owner, name=known.name if known else ""),
            known=known is not None,
            tier=tier.name if tier else None,
            role=moderation.role_of(tier, known.tier if known else None, has),
            roles=tuple(has),
            terms=terms,
            allowance=allowance,
            purse=(known.purse if known else NEW).at_time(allowance, now),
            held=credits_of(self._purses.held(owner)),
            grants=tuple(grant for grant in self._purses.grants.values() if grant.owner == owner),
            block=self._purses.blocks.get(owner),
        )

    async def people(self, most: int = 50, *, search: str = "") -> Sequence[Owner]:
        await asyncio.sleep(0)
        by_id = sorted(self._purses.people.items())
        newest = sorted(by_id, key=lambda item: item[1].seen, reverse=True)
        named = [Owner(id=owner, name=person.name) for owner, person in newest]
        wanted = search.lower()
        found = [one for one in named if wanted in one.id.lower() or wanted in one.name.lower()]
        return found[:most]

    async def tiers(self) -> Sequence[Tier]:
        await asyncio.sleep(0)
        return self._in_order()

    async def entries(self, owner: str, most: int = 20) -> Sequence[Entry]:
        await asyncio.sleep(0)
        theirs = [entry for entry in reversed(self._purses.entries) if entry.owner == owner]
        return sorted(theirs, key=lambda entry: entry.at, reverse=True)[:most]

    async def grant(
        self, owner: str, credits: float, act: Act, *, expires: datetime | None = None
    ) -> Grant:
        owner = moderation.person(owner)
        cents = moderation.granted_cents(credits, act, expires)
        given = credits_of(cents)
        await asyncio.sleep(0)
        if act.key is not None:
            theirs = [deed for deed in self._purses.audit.newest_first if deed.whom == owner]
            told = moderation.told_grant(0, cents, expires and utc(expires))
            if (earlier := moderation.granted_before(theirs, told, act)) is not None:
                return self._purses.grants[earlier]
        self._purses.meet(owner, utc(act.at))
        grant = Grant(
            id=next(self._purses.numbers),
            owner=owner,
            credits=given,
            left=given,
            granted=utc(act.at),
            expires=None if expires is None else utc(expires),
        )
        self._purses.grants[grant.id] = grant
        details = moderation.told_grant(grant.id, cents, grant.expires)
        self._purses.audit.note(owner, moderation.GRANT, act, details)
        return grant

    async def take_back_grant(self, grant: int, act: Act) -> None:
        await asyncio.sleep(0)
        found = self._purses.grants.get(grant)
        if found is None or found.expired(utc(act.at)):
            raise moderation.no_grant(grant)
        self._purses.grants[grant] = replace(found, expires=utc(act.at))
        self._purses.audit.note(found.owner, "take back", act, {"grant": grant, "left": found.left})

    async def set_terms(
        self, owner: str, terms: Terms, act: Act, *, forget: Collection[str] = ()
    ) -> None:
        owner, terms = moderation.person(owner), checked(terms)
        await asyncio.sleep(0)
        before = self._purses.people[owner].terms if owner in self._purses.people else {}
        after = moderation.changed(before, terms, forget)
        self._purses.meet(owner, utc(act.at)).terms = after
        self._purses.audit.note(owner, "terms", act, {"before": dict(before), "after": after})

    async def set_tier(self, owner: str, tier: str | None, act: Act) -> None:
        owner = moderation.person(owner)
        await asyncio.sleep(0)
        if tier is not None and tier not in self._tiers:
            raise moderation.unknown_tier(tier, [one.name for one in self._in_order()])
        person = self._purses.meet(owner, utc(act.at))
        before, person.tier = person.tier, tier
        self._purses.audit.note(owner, "tier", act, {"before": before, "after": tier})

    async def change_tier(
        self,
        name: str,
        terms: Terms,
        act: Act,
        *,
        forget: Collection[str] = (),
        roles: Collection[str] | None = None,
        rank: int | None = None,
    ) -> None:
        name, terms = moderation.tier_named(name), checked(terms)
        await asyncio.sleep(0)
        before = self._tiers.get(name, Tier(name=name))
        after = Tier(
            name=name,
            rank=before.rank if rank is None else moderation.ranked(rank),
            roles=before.roles if roles is None else tuple(moderation.role_ids(roles)),
            terms=moderation.changed(before.terms, terms, forget),
        )
        self._tiers[name] = after
        told = {"before": moderation.told_tier(before), "after": moderation.told_tier(after)}
        self._purses.audit.note(moderation.whom(name), "change tier", act, told)

    async def remove_tier(self, name: str, act: Act) -> None:
        await asyncio.sleep(0)
        if name not in self._tiers:
            raise moderation.unknown_tier(name, [one.name for one in self._in_order()])
        del self._tiers[name]
        for person in self._purses.people.values():
            person.tier = None if person.tier == name else person.tier
        self._purses.audit.note(moderation.whom(name), "remove tier", act, {})

    async def block(self, owner: str, act: Act, *, until: datetime | None = None) -> None:
        owner = moderation.person(owner)
        moderation.require_later(until, act)
        await asyncio.sleep(0)
        self._purses.meet(owner, utc(act.at))
        end = None if until is None else utc(until)
        self._purses.blocks[owner] = Block(why=moderation.reason(act.why), until=end)
        self._purses.audit.note(owner, "block", act, {"until": moderation.told_time(until)})

    async def block_of(self, owner: str) -> Block | None:
        await asyncio.sleep(0)
        return self._purses.blocks.get(owner)

    async def unblock(self, owner: str, act: Act) -> None:
        owner = moderation.person(owner)
        await asyncio.sleep(0)
        if self._purses.blocks.pop(owner, None) is None:
            raise moderation.not_blocked(owner)
        self._purses.audit.note(owner, "unblock", act, {})

    async def note(self, whom: str, what: str, act: Act, details: Mapping[str, Any]) -> None:
        await asyncio.sleep(0)
        self._purses.audit.note(whom, what, act, details)

    async def audit(
        self,
        *,
        whom: str | None = None,
        server: str | None = None,
        before: int | None = None,
        most: int = 50,
    ) -> Sequence[Deed]:
        await asyncio.sleep(0)
        return [
            deed
            for deed in self._purses.audit.newest_first
            if (whom is None or deed.whom == whom)
            and (server is None or moderation.concerns(deed, server))
            and (before is None or deed.id < before)
        ][:most]

    def _in_order(self) -> list[Tier]:
        return sorted(self._tiers.values(), key=lambda tier: (tier.rank, tier.name))

    def _tier(self, owner: str, known: Person | None, roles: Collection[str] | None) -> Tier | None:
        named, last = (known.tier, known.roles) if known else (None, [])
        return moderation.tier_of(owner, named, last if roles is None else roles, self._in_order())
