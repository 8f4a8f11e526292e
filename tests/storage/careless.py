"""Purses that make the mistakes which the tests of the real ones must find."""

import asyncio
from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from engine.allowance import Allowance, cents_of
from engine.job import Job
from engine.purse import Kind
from storage.models import row_of_job
from storage.purses import meet, purse_of, resolve
from storage.rows import EntryRow, PersonRow
from storage.transactions import Transactions


async def read_then_write(
    transactions: Transactions, job: Job, allowance: Allowance, now: datetime
) -> None:
    """Looks what is there, and then writes what it thinks is left of it."""
    owner, cents = job.owner.id, cents_of(job.price)
    async with transactions.begin() as session:
        purse = (await purse_of(session, owner)).take(cents, allowance, now)
    await asyncio.sleep(0.005)
    async with transactions.begin() as session:
        session.add(row_of_job(job))
        await session.flush()
        await meet(session, owner, now, job.owner.name)
        after = {"day": purse.day, "used": purse.used, "level": purse.level, "at": purse.at}
        await session.execute(update(PersonRow).where(PersonRow.id == owner).values(**after))


async def resolve_again(session: AsyncSession, job: str, spent: int, now: datetime) -> None:
    """Gives back without asking whether it was done before."""
    await resolve(session, job, spent, now)
    held = (await session.scalars(_reserved(job))).one()
    rest = held.credits - min(spent, held.credits)
    again = (await purse_of(session, held.owner_id)).give_back(rest, held.day)
    await session.execute(
        update(PersonRow)
        .where(PersonRow.id == held.owner_id)
        .values(used=again.used, level=again.level)
    )


async def refund_today(session: AsyncSession, job: str, spent: int, now: datetime) -> None:
    """Gives back into the day that it is instead of the one that it was taken from."""
    held = (await session.scalars(_reserved(job))).one()
    before = await purse_of(session, held.owner_id)
    await resolve(session, job, spent, now)
    after = await purse_of(session, held.owner_id)
    if after.used == before.used and held.day != before.day:
        rest = held.credits - min(spent, held.credits)
        used = max(0, before.used - rest)
        await session.execute(
            update(PersonRow).where(PersonRow.id == held.owner_id).values(used=used)
        )


def _reserved(job: str) -> Select[EntryRow]:
    return select(EntryRow).where(EntryRow.job_id == job, EntryRow.kind == Kind.RESERVE)
