"""The outbox in a database: whose end somebody far away must still be told."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.outbox import Delivery
from storage.models import JobRow, job_of_row, utc
from storage.rows import DeliveryRow
from storage.transactions import Transactions


class SqlOutbox:
    """The `Outbox` over SQLite or Postgres."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._transactions = Transactions(engine)

    async def take_due(
        self, now: datetime, *, until: datetime, most: int = 10, worker: str = ""
    ) -> Sequence[Delivery]:
        is_due = (DeliveryRow.done.is_(None), DeliveryRow.due <= utc(now))
        oldest = select(DeliveryRow.job_id).where(*is_due).order_by(DeliveryRow.due).limit(most)
        # Said twice: of two couriers the second looks at the row again when the first is done.
        taking = (
            update(DeliveryRow)
            .where(DeliveryRow.job_id.in_(oldest), *is_due)
            .values(due=utc(until), tries=DeliveryRow.tries + 1, worker=worker)
            .returning(DeliveryRow.job_id, DeliveryRow.tries)
        )
        async with self._transactions.begin() as session:
            tries = dict((await session.execute(taking)).all())
            if not tries:
                return []
            jobs = select(JobRow).where(JobRow.id.in_(tries)).order_by(JobRow.submitted, JobRow.id)
            return [
                Delivery(job=job_of_row(row), tries=tries[row.id])
                for row in await session.scalars(jobs)
            ]

    async def workers(self) -> Collection[str]:
        holding = select(DeliveryRow.worker).where(DeliveryRow.done.is_(None)).distinct()
        async with self._transactions.read() as session:
            return set(await session.scalars(holding)) - {""}

    async def take_back(self, now: datetime, gone: Collection[str]) -> None:
        theirs = (
            update(DeliveryRow)
            .where(DeliveryRow.done.is_(None), DeliveryRow.worker.in_(sorted({*gone} - {""})))
            .values(due=utc(now), worker="")
        )
        async with self._transactions.begin() as session:
            await session.execute(theirs)

    async def delivered(self, job: str, now: datetime) -> None:
        done = (
            update(DeliveryRow)
            .where(DeliveryRow.job_id == job, DeliveryRow.done.is_(None))
            .values(done=utc(now))
        )
        async with self._transactions.begin() as session:
            await session.execute(done)

    async def put_off(self, job: str, until: datetime) -> None:
        later = (
            update(DeliveryRow)
            .where(DeliveryRow.job_id == job, DeliveryRow.done.is_(None))
            .values(due=utc(until), worker="")
        )
        async with self._transactions.begin() as session:
            await session.execute(later)
