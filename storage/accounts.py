"""The accounts in a database: people, tiers, grants, blocks, and the audit of what was done."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from engine import moderation
from engine.accounts import Act, Block, Deed, Entry, Grant, Standing, Tier
from engine.allowance import Allowance, credits_of
from engine.job import UNFINISHED, Owner
from engine.purse import Kind
from engine.terms import Terms, checked
from storage.account_rows import deed_of, entry_of, grant_of, tier_of_row
from storage.audit import note
from storage.models import JobRow, utc
from storage.prepared import dialect_of, upsert
from storage.purses import meet, purse_of
from storage.rows import AuditRow, BlockRow, EntryRow, GrantRow, PersonRow, TierRow
from storage.transactions import Transactions

TIERS = select(TierRow).order_by(TierRow.rank, TierRow.name)


class SqlAccounts:
    """The `Accounts` over SQLite and Postgres.

    What changes somebody begins by locking their row, so that what is read after it still holds
    when it is written.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._transactions = Transactions(engine)

    async def allowance(self, owner: str, roles: Collection[str] | None = None) -> Allowance:
        seen = None if roles is None else moderation.seen_roles(roles)
        async with self._transactions.read() as session:
            row = await session.get(PersonRow, owner)
            tier = _tier(owner, row, seen, await _tiers(session))
        if seen is not None and seen != (row.roles if row else []):
            await self._remember(owner, seen)
        return moderation.allowance_for(row.terms if row else {}, tier)

    async def standing(
        self, owner: str, now: datetime, roles: Collection[str] | None = None
    ) -> Standing:
        owner, now = moderation.person(owner), utc(now)
        seen = None if roles is None else moderation.seen_roles(roles)
        grants = select(GrantRow).where(GrantRow.owner_id == owner).order_by(GrantRow.id)
        async with self._transactions.read() as session:
            row = await session.get(PersonRow, owner)
            tier = _tier(owner, row, seen, await _tiers(session))
            has = seen if seen is not None else row.roles if row else []
            terms = row.terms if row else {}
            allowance = moderation.allowance_for(terms, tier)
            block = await session.get(BlockRow, owner)
            return Standing(
                owner=Owner(id=owner, name=row.name if row else ""),
                known=row is not None,
                tier=tier.name if tier else None,
                role=moderation.role_of(tier, row.tier if row else None, has),
                roles=tuple(has),
                terms=terms,
                allowance=allowance,
                purse=(await purse_of(session, owner)).at_time(allowance, now),
                held=credits_of(await _held(session, owner)),
                grants=tuple(grant_of(grant) for grant in await session.scalars(grants)),
                block=Block(why=block.why, until=block.until) if block else None,
            )

    async def people(self, most: int = 50, *, search: str = "") -> Sequence[Owner]:
        newest = select(PersonRow).order_by(PersonRow.seen.desc(), PersonRow.id).limit(most)
        if search:
            columns = (PersonRow.id, PersonRow.name)
            newest = newest.where(or_(*(_has(column, search) for column in columns)))
        async with self._transactions.read() as session:
            return [Owner(id=row.id, name=row.name) for row in await session.scalars(newest)]

    async def tiers(self) -> Sequence[Tier]:
        async with self._transactions.read() as session:
            return await _tiers(session)

    async def entries(self, owner: str, most: int = 20) -> Sequence[Entry]:
        newest = (
            select(EntryRow)
            .where(EntryRow.owner_id == owner)
            .order_by(EntryRow.at.desc(), EntryRow.id.desc())
            .limit(most)
        )
        async with self._transactions.read() as session:
            return [entry_of(row) for row in await session.scalars(newest)]

    async def grant(
        self, owner: str, credits: float, act: Act, *, expires: datetime | None = None
    ) -> Grant:
        owner, cents, at = (
            moderation.person(owner),
            moderation.granted_cents(credits, act, expires),
            utc(act.at),
        )
        async with self._transactions.begin() as session:
            await meet(session, owner, at)
            if act.key is not None:
                deeds = await _done_with(session, owner, act)
                told = moderation.told_grant(0, cents, expires)
                earlier = moderation.granted_before(deeds, told, act)
                if earlier is not None:
                    return grant_of(await session.get_one(GrantRow, earlier))
            row = GrantRow(owner_id=owner, credits=cents, left=cents, expires=expires, granted=at)
            session.add(row)
            await session.flush()
            details = moderation.told_grant(row.id, cents, expires)
            await note(session, owner, moderation.GRANT, act, details)
            return grant_of(row)

    async def take_back_grant(self, grant: int, act: Act) -> None:
        now = utc(act.at)
        # It expires rather than being emptied: what jobs still give back to it pays nothing either.
        ending = (
            update(GrantRow)
            .where(GrantRow.id == grant, or_(GrantRow.expires.is_(None), GrantRow.expires > now))
            .values(expires=now)
            .returning(GrantRow.owner_id, GrantRow.left)
        )
        async with self._transactions.begin() as session:
            ended = (await session.execute(ending)).one_or_none()
            if ended is None:
                raise moderation.no_grant(grant)
            owner, left = ended
            details = {"grant": grant, "left": credits_of(left)}
            await note(session, owner, "take back", act, details)

    async def set_terms(
        self, owner: str, terms: Terms, act: Act, *, forget: Collection[str] = ()
    ) -> None:
        owner, terms = moderation.person(owner), checked(terms)
        async with self._transactions.begin() as session:
            await meet(session, owner, utc(act.at))
            before = (
                await session.scalars(select(PersonRow.terms).where(PersonRow.id == owner))
            ).one()
            after = moderation.changed(before, terms, forget)
            await session.execute(
                update(PersonRow).where(PersonRow.id == owner).values(terms=after)
            )
            await note(session, owner, "terms", act, {"before": before, "after": after})

    async def set_tier(self, owner: str, tier: str | None, act: Act) -> None:
        owner = moderation.person(owner)
        async with self._transactions.begin() as session:
            await meet(session, owner, utc(act.at))
            known = [one.name for one in await _tiers(session)]
            if tier is not None and tier not in known:
                raise moderation.unknown_tier(tier, known)
            before = (
                await session.scalars(select(PersonRow.tier).where(PersonRow.id == owner))
            ).one()
            await session.execute(update(PersonRow).where(PersonRow.id == owner).values(tier=tier))
            await note(session, owner, "tier", act, {"before": before, "after": tier})

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
        ids = None if roles is None else moderation.role_ids(roles)
        new = {"name": name, "rank": 0, "roles": [], "terms": {}}
        async with self._transactions.begin() as session:
            locking = upsert(dialect_of(session), TierRow).values(new)
            locking = locking.on_conflict_do_update(index_elements=["name"], set_={"name": name})
            await session.execute(locking)
            row = (await session.scalars(select(TierRow).where(TierRow.name == name))).one()
            before = moderation.told_tier(tier_of_row(row))
            row.terms = moderation.changed(row.terms, terms, forget)
            row.roles = row.roles if ids is None else ids
            row.rank = row.rank if rank is None else moderation.ranked(rank)
            details = {"before": before, "after": moderation.told_tier(tier_of_row(row))}
            await note(session, moderation.whom(name), "change tier", act, details)

    async def remove_tier(self, name: str, act: Act) -> None:
        async with self._transactions.begin() as session:
            gone = delete(TierRow).where(TierRow.name == name).returning(TierRow.name)
            if (await session.scalars(gone)).one_or_none() is None:
                raise moderation.unknown_tier(name, [one.name for one in await _tiers(session)])
            theirs = select(PersonRow.id).where(PersonRow.tier == name).order_by(PersonRow.id)
            # One after the other, as everybody does who needs several.
            await session.execute(theirs.with_for_update())
            none = update(PersonRow).where(PersonRow.tier == name).values(tier=None)
            await session.execute(none)
            await note(session, moderation.whom(name), "remove tier", act, {})

    async def block(self, owner: str, act: Act, *, until: datetime | None = None) -> None:
        owner = moderation.person(owner)
        moderation.require_later(until, act)
        new = {"owner_id": owner, "until": until, "why": moderation.reason(act.why)}
        async with self._transactions.begin() as session:
            await meet(session, owner, utc(act.at))
            blocking = upsert(dialect_of(session), BlockRow).values(new)
            blocking = blocking.on_conflict_do_update(index_elements=["owner_id"], set_=new)
            await session.execute(blocking)
            await note(session, owner, "block", act, {"until": moderation.told_time(until)})

    async def block_of(self, owner: str) -> Block | None:
        async with self._transactions.read() as session:
            row = await session.get(BlockRow, owner)
            return Block(why=row.why, until=row.until) if row else None

    async def unblock(self, owner: str, act: Act) -> None:
        owner = moderation.person(owner)
        async with self._transactions.begin() as session:
            gone = delete(BlockRow).where(BlockRow.owner_id == owner).returning(BlockRow.owner_id)
            if (await session.scalars(gone)).one_or_none() is None:
                raise moderation.not_blocked(owner)
            await note(session, owner, "unblock", act, {})

    async def note(self, whom: str, what: str, act: Act, details: Mapping[str, Any]) -> None:
        async with self._transactions.begin() as session:
            await note(session, whom, what, act, details)

    async def audit(
        self,
        *,
        whom: str | None = None,
        server: str | None = None,
        before: int | None = None,
        most: int = 50,
    ) -> Sequence[Deed]:
        newest = select(AuditRow).order_by(AuditRow.id.desc()).limit(most)
        if whom is not None:
            newest = newest.where(AuditRow.whom == whom)
        if server is not None:
            done_there = AuditRow.details[moderation.SERVER].as_string() == server
            done_to_it = AuditRow.whom == moderation.server_called(server)
            newest = newest.where(or_(done_there, done_to_it))
        if before is not None:
            newest = newest.where(AuditRow.id < before)
        async with self._transactions.read() as session:
            return [deed_of(row) for row in await session.scalars(newest)]

    async def _remember(self, owner: str, roles: Sequence[str]) -> None:
        seeing = update(PersonRow).where(PersonRow.id == owner).values(roles=list(roles))
        async with self._transactions.begin() as session:
            await meet(session, owner, moderation.NEVER)
            await session.execute(seeing)


def _has(column: InstrumentedAttribute[str], search: str) -> ColumnElement[bool]:
    return or_(
        column.icontains(search, autoescape=True),
        # SQLite knows the case of no letters but a to z.
        column.contains(search, autoescape=True),
    )


async def _tiers(session: AsyncSession) -> list[Tier]:
    return [tier_of_row(row) for row in await session.scalars(TIERS)]


async def _done_with(session: AsyncSession, owner: str, act: Act) -> list[Deed]:
    """What was done to that person with the same key."""
    same = select(AuditRow).where(
        AuditRow.whom == owner, AuditRow.details[moderation.KEY].as_string() == act.key
    )
    return [deed_of(row) for row in await session.scalars(same)]


async def _held(session: AsyncSession, owner: str) -> int:
    """Cents of jobs that have not ended, and whose credits are not settled."""
    settled = aliased(EntryRow)
    once = exists().where(settled.job_id == EntryRow.job_id, settled.kind == Kind.SETTLE)
    reserved = (
        select(func.coalesce(func.sum(EntryRow.credits), 0))
        .join(JobRow, JobRow.id == EntryRow.job_id)
        .where(JobRow.owner_id == owner, JobRow.status.in_(UNFINISHED))
        .where(EntryRow.kind == Kind.RESERVE, ~once)
    )
    return int((await session.scalars(reserved)).one())


def _tier(
    owner: str, row: PersonRow | None, roles: Collection[str] | None, tiers: Sequence[Tier]
) -> Tier | None:
    """Without roles by those that the row remembers."""
    named, last = (row.tier, row.roles) if row else (None, [])
    return moderation.tier_of(owner, named, last if roles is None else roles, tiers)
