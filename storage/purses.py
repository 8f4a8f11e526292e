"""Credits in the database: a job's are put aside once, and settled and given back once."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Double,
    and_,
    case,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from engine.allowance import Allowance, cents_of, require_unblocked
from engine.job import Job
from engine.purse import NEW, SKEW_S, Kind, Purse, named
from storage.models import Table, utc
from storage.rows import BlockRow, EntryRow, GrantRow, PersonRow

UPSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


async def reserve(session: AsyncSession, job: Job, allowance: Allowance, now: datetime) -> None:
    """Put the job's price aside, out of the purse or else out of grants.

    Raises QuotaExceeded or InvalidRequest, and then the transaction must be rolled back.
    """
    now, cents, owner = utc(now), cents_of(job.price), job.owner.id
    await session.flush()
    # First, since it locks the person: whatever follows happens to one purse after the other.
    await meet(session, owner, now, job.owner.name)
    block = await session.get(BlockRow, owner)
    if block is not None:
        require_unblocked(block.why, block.until, now)
    day = (await session.scalars(_taking(owner, cents, allowance, now))).one_or_none()
    grants: list[list[int]] = []
    if day is None:
        purse = await purse_of(session, owner)
        grants = await _take_grants(session, owner, cents, purse, allowance, now)
        day = purse.at_time(allowance, now).day
    entry = {
        "job_id": job.id,
        "owner_id": owner,
        "kind": Kind.RESERVE,
        "credits": cents,
        "day": day,
        "grants": grants,
        "at": now,
    }
    await session.execute(insert(EntryRow).values(entry))


async def resolve(session: AsyncSession, job: str, spent: int, now: datetime) -> None:
    """Settle so many cents of what was put aside, at most all, and give back the rest.

    The first time counts: afterwards this changes nothing.
    """
    settled = await _settle(session, job, max(0, spent), utc(now))
    if settled is None:
        return
    reserved = select(EntryRow).where(EntryRow.job_id == job, EntryRow.kind == Kind.RESERVE)
    held = (await session.scalars(reserved)).one()
    rest = held.credits - settled
    given: list[list[int]] = []
    # The person first here too: whoever locks in the same order never waits for each other.
    await session.execute(_giving_back(held.owner_id, 0 if held.grants else rest, held.day))
    if held.grants:
        given = returned(held.grants, rest)
        for grant, cents in given:
            back = update(GrantRow).where(GrantRow.id == grant)
            await session.execute(back.values(left=GrantRow.left + cents))
    entry = {
        "job_id": job,
        "owner_id": held.owner_id,
        "kind": Kind.REFUND,
        "credits": rest,
        "day": held.day,
        "grants": given,
        "at": utc(now),
    }
    await session.execute(insert(EntryRow).values(entry))


async def meet(session: AsyncSession, owner: str, now: datetime, asker: str | None = None) -> None:
    """Have a row for that person and lock it until the transaction ends.

    `asker` is their name where they ask for something themselves, and are seen.
    """
    name = named(asker or "")
    new: dict[str, Any] = {
        "id": owner,
        "name": name,
        "tier": None,
        "terms": {},
        "roles": [],
        "preferences": {},
        "day": NEW.day,
        "used": NEW.used,
        "level": NEW.level,
        "at": NEW.at,
        "seen": now,
    }
    # Even where nothing is new, it is written: that is what locks.
    changed: dict[str, Any] = {"id": owner} if asker is None else {"seen": now}
    if name:
        changed["name"] = name
    meeting = upsert(session, PersonRow).values(new)
    await session.execute(meeting.on_conflict_do_update(index_elements=["id"], set_=changed))


def upsert(session: AsyncSession, table: type[Table]) -> Any:
    """An INSERT that can say what happens where the row is there already.

    Both databases write it alike, yet SQLAlchemy has one of its own for each.
    """
    return UPSERTS[session.get_bind().dialect.name](table)


async def purse_of(session: AsyncSession, owner: str) -> Purse:
    columns = (PersonRow.day, PersonRow.used, PersonRow.level, PersonRow.at)
    found = (await session.execute(select(*columns).where(PersonRow.id == owner))).one_or_none()
    if found is None:
        return NEW
    day, used, level, at = found
    return Purse(day=day, used=used, level=level, at=at)


def usable(owner: str, now: datetime) -> ColumnElement[bool]:
    """The grants of that person that still pay."""
    return and_(
        GrantRow.owner_id == owner,
        GrantRow.left > 0,
        or_(GrantRow.expires.is_(None), GrantRow.expires > now),
    )


def returned(taken: list[list[int]], cents: int) -> list[list[int]]:
    """How much of so many cents goes back to which grant: first to the one that was taken last."""
    back = []
    for grant, most in reversed(taken):
        part = min(most, cents)
        cents -= part
        if part:
            back.append([grant, part])
    return back[::-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """`Purse.at_time` in SQL, to the bit: the same operations in the same order."""

    day: ColumnElement[date]
    used: ColumnElement[int]
    level: ColumnElement[float]
    at: ColumnElement[float]


def _at_time(allowance: Allowance, now: datetime) -> _Columns:
    today: ColumnElement[date] = literal(now.astimezone(UTC).date(), Date())
    moment: ColumnElement[float] = literal(now.timestamp(), Double())
    wrong = PersonRow.at > moment + literal(SKEW_S, Double())
    nothing: ColumnElement[float] = literal(0.0, Double())
    level: ColumnElement[float] = nothing
    if allowance.burst_cents is not None:
        elapsed = case((moment > PersonRow.at, moment - PersonRow.at), else_=nothing)
        burst: ColumnElement[float] = literal(float(allowance.burst_cents), Double())
        before = case((PersonRow.level > burst, burst), else_=PersonRow.level)
        left = before - elapsed * literal(allowance.flow, Double())
        level = case((left > nothing, left), else_=nothing)
    return _Columns(
        day=case((or_(wrong, today > PersonRow.day), today), else_=PersonRow.day),
        used=case((today <= PersonRow.day, PersonRow.used), else_=0),
        level=level,
        at=case((or_(wrong, moment > PersonRow.at), moment), else_=PersonRow.at),
    )


def _taking(owner: str, cents: int, allowance: Allowance, now: datetime) -> Any:
    """`Purse.take` as one UPDATE that answers the day, or nothing where there is not enough."""
    before = _at_time(allowance, now)
    day_cents, burst_cents = allowance.day_cents, allowance.burst_cents
    there: list[ColumnElement[bool]] = []
    if cents and day_cents is not None:
        there.append(before.used <= day_cents - cents)
    level = before.level
    if burst_cents is not None:
        level = before.level + literal(float(cents), Double())
        if cents:
            there.append(level <= float(burst_cents))
    return (
        update(PersonRow)
        .where(PersonRow.id == owner, *there)
        .values(day=before.day, used=before.used + cents, level=level, at=before.at)
        .returning(PersonRow.day)
    )


def _giving_back(owner: str, cents: int, day: date) -> Any:
    """`Purse.give_back` as one UPDATE."""
    enough = PersonRow.used >= cents
    used = case((PersonRow.day != day, PersonRow.used), (enough, PersonRow.used - cents), else_=0)
    level = case((PersonRow.level > float(cents), PersonRow.level - float(cents)), else_=0.0)
    return update(PersonRow).where(PersonRow.id == owner).values(used=used, level=level)


async def _take_grants(
    session: AsyncSession,
    owner: str,
    cents: int,
    purse: Purse,
    allowance: Allowance,
    now: datetime,
) -> list[list[int]]:
    """Take all of it from grants, those first that expire first; answer how much of which."""
    order = (GrantRow.expires.is_(None), GrantRow.expires, GrantRow.id)
    theirs = select(GrantRow.id, GrantRow.left).where(usable(owner, now)).order_by(*order)
    found = [(grant, left) for grant, left in await session.execute(theirs)]
    granted = sum(left for _, left in found)
    if granted < cents:
        raise purse.refusal(cents, allowance, now, granted=granted)
    taken: list[list[int]] = []
    for grant, left in found:
        part = min(left, cents)
        taking = (
            update(GrantRow)
            .where(GrantRow.id == grant, GrantRow.left >= part, usable(owner, now))
            .values(left=GrantRow.left - part)
            .returning(GrantRow.id)
        )
        if part and (await session.scalars(taking)).one_or_none() is not None:
            taken.append([grant, part])
            cents -= part
    if cents:
        raise purse.refusal(cents, allowance, now, granted=granted - cents)
    return taken


async def _settle(session: AsyncSession, job: str, spent: int, now: datetime) -> int | None:
    """Write the settlement and answer its cents; None where there was one, or nothing to settle.

    The unique pair of job and kind decides who is first, however close the race.
    """
    cost = case((EntryRow.credits < spent, EntryRow.credits), else_=spent)
    held = select(
        EntryRow.job_id,
        EntryRow.owner_id,
        literal(Kind.SETTLE.value),
        cost,
        EntryRow.day,
        EntryRow.grants,
        literal(now, EntryRow.at.type),
    ).where(EntryRow.job_id == job, EntryRow.kind == Kind.RESERVE)
    names = ["job_id", "owner_id", "kind", "credits", "day", "grants", "at"]
    settling = upsert(session, EntryRow).from_select(names, held)
    once = settling.on_conflict_do_nothing(index_elements=["job_id", "kind"])
    return (await session.scalars(once.returning(EntryRow.credits))).one_or_none()
