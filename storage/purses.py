"""Credits in the database: a job's are put aside once, and settled and given back once."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Double,
    and_,
    bindparam,
    case,
    cast,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from engine.allowance import Allowance, cents_of, require_unblocked
from engine.job import Job
from engine.purse import NEW, SKEW_S, Kind, Purse, named
from storage.models import utc
from storage.prepared import dialect_of, table_of, upsert
from storage.rows import BlockRow, EntryRow, GrantRow, PersonRow

ENTRIES, PEOPLE = table_of(EntryRow), table_of(PersonRow)


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
    day = (await session.scalars(*_taking(owner, cents, allowance, now))).one_or_none()
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
    await session.execute(ENTRY, entry)


async def resolve(session: AsyncSession, job: str, spent: int, now: datetime) -> None:
    """Settle so many cents of what was put aside, at most all, and give back the rest.

    The first time counts: afterwards this changes nothing.
    """
    settled = await _settle(session, job, max(0, spent), utc(now))
    if settled is None:
        return
    held = (await session.execute(RESERVED, {"of": job})).one()
    rest = held.credits - settled
    given: list[list[int]] = []
    # The person first here too: whoever locks in the same order never waits for each other.
    back_to_purse = {"of": held.owner_id, "back": 0 if held.grants else rest, "on": held.day}
    await session.execute(GIVING_BACK, back_to_purse)
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
    await session.execute(ENTRY, entry)


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
    await session.execute(_meeting(dialect_of(session), asker is not None, bool(name)), new)


@cache
def _meeting(dialect: str, is_seen: bool, has_name: bool) -> Any:
    meeting = upsert(dialect, PEOPLE)
    # Even where nothing is new, it is written: that is what locks.
    changed = {"seen": meeting.excluded.seen} if is_seen else {"id": meeting.excluded.id}
    if has_name:
        changed["name"] = meeting.excluded.name
    return meeting.on_conflict_do_update(index_elements=["id"], set_=changed)


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


def _at_time(*, flows: bool) -> _Columns:
    today: ColumnElement[date] = bindparam("today", type_=Date())
    moment: ColumnElement[float] = bindparam("moment", type_=Double())
    wrong = PEOPLE.c.at > moment + literal(SKEW_S, Double())
    nothing: ColumnElement[float] = literal(0.0, Double())
    level: ColumnElement[float] = nothing
    if flows:
        elapsed = case((moment > PEOPLE.c.at, moment - PEOPLE.c.at), else_=nothing)
        burst: ColumnElement[float] = bindparam("burst", type_=Double())
        before = case((PEOPLE.c.level > burst, burst), else_=PEOPLE.c.level)
        left = before - elapsed * bindparam("flow", type_=Double())
        level = case((left > nothing, left), else_=nothing)
    return _Columns(
        day=case((or_(wrong, today > PEOPLE.c.day), today), else_=PEOPLE.c.day),
        used=case((today <= PEOPLE.c.day, PEOPLE.c.used), else_=0),
        level=level,
        at=case((or_(wrong, moment > PEOPLE.c.at), moment), else_=PEOPLE.c.at),
    )


def _taking(
    owner: str, cents: int, allowance: Allowance, now: datetime
) -> tuple[Any, dict[str, Any]]:
    """`Purse.take` as one UPDATE that answers the day, or nothing where there is not enough."""
    day, burst = allowance.day_cents, allowance.burst_cents
    taking = _taking_from(by_day=day is not None, flows=burst is not None, costs=bool(cents))
    return taking, {
        "of": owner,
        "cents": cents,
        "today": now.astimezone(UTC).date(),
        "moment": now.timestamp(),
        **({"most": day - cents} if day is not None and cents else {}),
        **({"burst": float(burst), "flow": allowance.flow} if burst is not None else {}),
    }


@cache
def _taking_from(*, by_day: bool, flows: bool, costs: bool) -> Any:
    before = _at_time(flows=flows)
    cents: ColumnElement[int] = bindparam("cents", type_=BigInteger())
    there: list[ColumnElement[bool]] = []
    if costs and by_day:
        there.append(before.used <= bindparam("most", type_=BigInteger()))
    level = before.level
    if flows:
        level = before.level + cast(cents, Double())
        if costs:
            there.append(level <= bindparam("burst", type_=Double()))
    return (
        update(PEOPLE)
        .where(PEOPLE.c.id == bindparam("of"), *there)
        .values(day=before.day, used=before.used + cents, level=level, at=before.at)
        .returning(PEOPLE.c.day)
    )


def _giving_back() -> Any:
    """`Purse.give_back` as one UPDATE."""
    back: ColumnElement[int] = bindparam("back", type_=BigInteger())
    cents: ColumnElement[float] = cast(back, Double())
    used = case(
        (PEOPLE.c.day != bindparam("on", type_=Date()), PEOPLE.c.used),
        (PEOPLE.c.used >= back, PEOPLE.c.used - back),
        else_=0,
    )
    level = case((PEOPLE.c.level > cents, PEOPLE.c.level - cents), else_=literal(0.0, Double()))
    return update(PEOPLE).where(PEOPLE.c.id == bindparam("of")).values(used=used, level=level)


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
    settling = _settling(dialect_of(session))
    return (await session.scalars(settling, {"of": job, "spent": spent, "now": now})).one_or_none()


@cache
def _settling(dialect: str) -> Any:
    spent: ColumnElement[int] = bindparam("spent", type_=BigInteger())
    held = select(
        ENTRIES.c.job_id,
        ENTRIES.c.owner_id,
        literal(Kind.SETTLE.value),
        case((ENTRIES.c.credits < spent, ENTRIES.c.credits), else_=spent),
        ENTRIES.c.day,
        ENTRIES.c.grants,
        bindparam("now", type_=ENTRIES.c.at.type),
    ).where(ENTRIES.c.job_id == bindparam("of"), ENTRIES.c.kind == Kind.RESERVE)
    names = ["job_id", "owner_id", "kind", "credits", "day", "grants", "at"]
    settling = upsert(dialect, ENTRIES).from_select(names, held)
    once = settling.on_conflict_do_nothing(index_elements=["job_id", "kind"])
    return once.returning(ENTRIES.c.credits)


ENTRY = insert(ENTRIES)
RESERVED = select(ENTRIES.c.owner_id, ENTRIES.c.credits, ENTRIES.c.day, ENTRIES.c.grants).where(
    ENTRIES.c.job_id == bindparam("of"), ENTRIES.c.kind == Kind.RESERVE
)
GIVING_BACK = _giving_back()
