"""Movements of credits in a database, step by step beside the pure purse as the model."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.accounts import Act
from engine.allowance import Allowance, cents_of
from engine.errors import QuotaExceeded, Rejected
from engine.job import Job, Owner
from engine.purse import Kind
from storage.accounts import SqlAccounts
from storage.memory_accounts import MemoryAccounts
from storage.memory_purses import MemoryPurses
from storage.models import row_of_job
from storage.purses import purse_of, reserve, resolve
from storage.rows import EntryRow, GrantRow
from storage.transactions import Transactions
from tests.storage.samples import NOON, a_job

Reserve = Callable[[AsyncSession, Job, Allowance, datetime], Awaitable[None]]
Resolve = Callable[[AsyncSession, str, int, datetime], Awaitable[None]]
numbers = count()

cents = st.integers(0, 1200)
ALLOWANCES = (
    Allowance(per_day=20, per_window=10),
    Allowance(per_day=20),
    Allowance(per_window=7, burst=3, window=timedelta(minutes=10)),
    Allowance(),
)


@dataclass(frozen=True, slots=True)
class Ask:
    """A job for so many cents."""

    person: int
    cents: int


@dataclass(frozen=True, slots=True)
class End:
    """Settle a job at so many cents, and give back the rest; also one that is settled already."""

    job: int
    cents: int


@dataclass(frozen=True, slots=True)
class Give:
    """A grant that expires after so many hours, or never."""

    person: int
    cents: int
    hours: int | None


@dataclass(frozen=True, slots=True)
class Wait:
    """The clock goes on by so many seconds, or back."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Allow:
    """Another allowance holds from now on."""

    which: int


Step = Ask | End | Give | Wait | Allow
asks = st.builds(Ask, st.integers(0, 1), cents)
steps_of: st.SearchStrategy[Step] = st.one_of(
    asks,
    asks,
    st.builds(End, st.integers(0, 30), cents),
    st.builds(End, st.integers(0, 5), st.just(0)),
    st.builds(Give, st.integers(0, 1), st.integers(1, 1500), st.none() | st.integers(1, 72)),
    st.builds(Wait, st.integers(0, 4000)),
    st.builds(Wait, st.integers(-200_000, 200_000)),
    st.builds(Allow, st.integers(0, len(ALLOWANCES) - 1)),
)


@dataclass(slots=True, kw_only=True)
class Books:
    """One and the same thing done in a database and in the model."""

    transactions: Transactions
    accounts: SqlAccounts
    reserve: Reserve = reserve
    resolve: Resolve = resolve
    model: MemoryPurses = field(default_factory=MemoryPurses)
    now: datetime = NOON
    allowance: Allowance = ALLOWANCES[0]
    jobs: list[Job] = field(default_factory=list)
    people: tuple[str, str] = field(
        default_factory=lambda: (f"discord:{next(numbers)}", f"discord:{next(numbers)}")
    )
    # Grants have other numbers in the model.
    grants: dict[int, int] = field(default_factory=dict)

    async def go(self, steps: Sequence[Step]) -> None:
        for step in steps:
            await self.do(step)
            await self.compare()

    async def do(self, step: Step) -> None:
        match step:
            case Ask(person, cents):
                await self.ask(self.people[person], cents)
            case End(job, cents):
                await self.end(job, cents)
            case Give(person, cents, hours):
                expires = None if hours is None else self.now + timedelta(hours=hours)
                act = Act(who="local", at=self.now)
                owner = self.people[person]
                real = await self.accounts.grant(owner, cents / 100, act, expires=expires)
                known = MemoryAccounts(self.model)
                model = await known.grant(owner, cents / 100, act, expires=expires)
                self.grants[model.id] = real.id
            case Wait(seconds):
                self.now += timedelta(seconds=seconds)
            case Allow(which):
                self.allowance = ALLOWANCES[which]

    async def ask(self, owner: str, cents: int) -> None:
        job = a_job(id=f"job {next(numbers)}", owner=Owner(id=owner), price=cents / 100)
        expected: Rejected | None = None
        refused: Rejected | None = None
        try:
            self.model.reserve(job, self.allowance, self.now)
        except Rejected as error:
            expected = error
        try:
            async with self.transactions.begin() as session:
                session.add(row_of_job(job))
                await self.reserve(session, job, self.allowance, self.now)
        except Rejected as error:
            refused = error
        assert told(refused) == told(expected)
        if refused is None:
            self.jobs.append(job)

    async def end(self, which: int, cents: int) -> None:
        if not self.jobs:
            return
        job = self.jobs[which % len(self.jobs)]
        self.model.resolve(job.id, cents, self.now)
        async with self.transactions.begin() as session:
            await self.resolve(session, job.id, cents, self.now)

    async def compare(self) -> None:
        """Purses and grants are equal to the bit, and of every job all of it is somewhere."""
        async with self.transactions.begin() as session:
            for owner in self.people:
                known = self.model.people.get(owner)
                if known is not None:
                    assert await purse_of(session, owner) == known.purse
            theirs = select(GrantRow.id, GrantRow.left).where(GrantRow.owner_id.in_(self.people))
            rows = await session.execute(theirs)
            left = {row.id: row.left for row in rows}
            assert left == {
                self.grants[grant.id]: cents_of(grant.left) for grant in self.model.grants.values()
            }
            moved = (
                select(EntryRow.job_id, EntryRow.kind, func.sum(EntryRow.credits), func.count())
                .where(EntryRow.owner_id.in_(self.people))
                .group_by(EntryRow.job_id, EntryRow.kind)
            )
            entries = {
                (job, kind): (int(cents), times)
                for job, kind, cents, times in await session.execute(moved)
            }
        assert entries == {
            (entry.job, entry.kind): (cents_of(entry.credits), 1) for entry in self.model.entries
        }
        for job in self.jobs:
            reserved, _ = entries[job.id, Kind.RESERVE]
            if job.id not in self.model.unsettled:
                settled, _ = entries[job.id, Kind.SETTLE]
                refunded, _ = entries[job.id, Kind.REFUND]
                assert settled + refunded == reserved
                assert min(settled, refunded) >= 0


def told(refused: Rejected | None) -> tuple[object, ...]:
    if isinstance(refused, QuotaExceeded):
        return str(refused), refused.retry_at
    return (str(refused),)
