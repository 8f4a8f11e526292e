"""The quota commands: what people may use, credits given, and who is blocked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot import messages, quota_words
from bot.deeds import DEED_COLUMNS, deed_row
from bot.owner import LOCAL
from bot.standings import (
    ENTRY_COLUMNS,
    GRANT_COLUMNS,
    PEOPLE_COLUMNS,
    TIER_COLUMNS,
    entry_row,
    facts,
    grant_row,
    person_row,
    table,
    tier_row,
)
from bot.terms import Change, read_end, read_number, read_person
from bot.typed import read_whose
from engine.accounts import Accounts, Act
from engine.allowance import moment
from engine.clock import utc_now
from engine.decisions import gate_from
from engine.errors import InvalidRequest
from engine.gate import QUEUE, Gate
from engine.moderation import is_person, unknown_tier, whom
from engine.moderation import person as person_id
from engine.nearest import nearest

LAST_ENTRIES = 12
MOST_PEOPLE = 50
MOST_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What a moderator does at the terminal, answered in lines to read."""

    accounts: Accounts
    now: Callable[[], datetime] = utc_now

    async def show(self, person: str | None, tier: str | None) -> list[str]:
        if person is not None and tier is not None:
            raise InvalidRequest(quota_words.PERSON_OR_TIER)
        if person is not None:
            return await self._show_person(await self._person(person))
        tiers = await self.accounts.tiers()
        if tier is not None:
            named = [one for one in tiers if one.name == tier]
            if not named:
                raise unknown_tier(tier, [one.name for one in tiers])
            return table(TIER_COLUMNS, [tier_row(one) for one in named])
        now = self.now()
        people = [
            person_row(await self.accounts.standing(owner.id, now), now)
            for owner in await self.accounts.people(MOST_PEOPLE)
        ]
        return [
            *(table(TIER_COLUMNS, [tier_row(one) for one in tiers]) or [quota_words.NO_TIERS]),
            "",
            *(table(PEOPLE_COLUMNS, people) or [quota_words.NO_PEOPLE]),
        ]

    async def grant(self, person: str, credits: str, days: str | None, why: str) -> list[str]:
        act = self._act(why)
        end = read_end(days, act.at)
        owner = await self._person(person)
        grant = await self.accounts.grant(owner, read_number(credits), act, expires=end)
        until = None if end is None else moment(end, act.at)
        return [quota_words.granted(owner, grant.credits, grant.id, until)]

    async def take_back(self, grant: str, why: str) -> list[str]:
        if not (grant.isascii() and grant.isdigit() and len(grant) < 19):
            raise InvalidRequest(f"“{grant}” is no number of a grant. `easel quota show` has them.")
        await self.accounts.take_back_grant(int(grant), self._act(why))
        return [quota_words.taken_back(int(grant))]

    async def set(
        self,
        person: str | None,
        tier: str | None,
        change: Change,
        *,
        roles: list[str] | None,
        rank: int | None,
        why: str,
    ) -> list[str]:
        act = self._act(why)
        if person is None:
            return await self._set_tier(tier, change, roles, rank, act)
        if roles is not None or rank is not None:
            raise InvalidRequest(quota_words.ROLES_ARE_OF_TIERS)
        if tier is None and not change:
            raise InvalidRequest(quota_words.NOTHING_TO_SET)
        owner = await self._person(person)
        if tier is not None:
            await self.accounts.set_tier(owner, None if tier == "none" else tier, act)
        if change:
            await self.accounts.set_terms(owner, change.terms, act, forget=change.forget)
        return [quota_words.set_for(owner)]

    async def remove_tier(self, tier: str, why: str) -> list[str]:
        await self.accounts.remove_tier(tier, self._act(why))
        return [quota_words.tier_removed(tier)]

    async def block(self, person: str, days: str | None, why: str) -> list[str]:
        act = self._act(why)
        end = read_end(days, act.at)
        owner = await self._person(person)
        await self.accounts.block(owner, act, until=end)
        return [quota_words.blocked(owner, None if end is None else moment(end, act.at))]

    async def unblock(self, person: str, why: str) -> list[str]:
        owner = await self._person(person)
        await self.accounts.unblock(owner, self._act(why))
        return [quota_words.unblocked(owner)]

    async def gate(self) -> list[str]:
        return [quota_words.GATES[await gate_from(self.accounts)()]]

    async def turn(self, gate: Gate, why: str) -> list[str]:
        await self.accounts.note(QUEUE, gate.value, self._act(why), {})
        return await self.gate()

    async def audit(
        self, person: str | None, tier: str | None, most: int, server: str | None = None
    ) -> list[str]:
        if sum(named is not None for named in (person, tier, server)) > 1:
            raise InvalidRequest(quota_words.ONE_AT_A_TIME)
        about = None if person is None else await self._person(person)
        about = about if tier is None else whom(tier)
        about = about if server is None else str(read_whose(None, server))
        deeds = await self.accounts.audit(whom=about, most=most)
        return table(DEED_COLUMNS, [deed_row(deed) for deed in deeds]) or [quota_words.NO_DEEDS]

    async def _person(self, word: str) -> str:
        """An id. Raises InvalidRequest for a name, and says whose it may be."""
        owner = read_person(word)
        if is_person(owner) or ":" in owner or not owner.isprintable() or not owner.strip():
            return person_id(owner)
        found = await self.accounts.people(MOST_NAMED, search=word)
        if not found:
            people = await self.accounts.people(MOST_PEOPLE)
            names = nearest(word, [one.name for one in people], count=MOST_NAMED)
            found = [one for one in people if one.name in names]
        raise InvalidRequest(quota_words.no_person(word, found))

    async def _show_person(self, owner: str) -> list[str]:
        now = self.now()
        standing = await self.accounts.standing(owner, now)
        entries = await self.accounts.entries(owner, LAST_ENTRIES)
        lines = messages.columns(facts(standing, now))
        tables = (
            table(GRANT_COLUMNS, [grant_row(grant, now) for grant in standing.grants]),
            table(ENTRY_COLUMNS, [entry_row(entry) for entry in entries]),
            [] if standing.known else [quota_words.never_seen(owner)],
        )
        for more in tables:
            lines += ["", *more] if more else []
        return lines

    async def _set_tier(
        self,
        tier: str | None,
        change: Change,
        roles: list[str] | None,
        rank: int | None,
        act: Act,
    ) -> list[str]:
        if tier is None:
            raise InvalidRequest(quota_words.WHOM_TO_SET)
        await self.accounts.change_tier(
            tier, change.terms, act, forget=change.forget, roles=roles, rank=rank
        )
        return [quota_words.set_for(whom(tier))]

    def _act(self, why: str) -> Act:
        return Act(who=LOCAL.id, at=self.now(), why=why)
