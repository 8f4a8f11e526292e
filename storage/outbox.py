"""The outbox in a database: whose end somebody far away must still be told."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import BindParameter, Integer, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.outbox import Delivery
from storage.models import JobRow, job_of_row, utc
from storage.prepared import table_of
from storage.rows import DeliveryRow
from storage.transactions import Transactions

DELIVERIES = table_of(DeliveryRow)
DUE = (DELIVERIES.c.done.is_(None), DELIVERIES.c.due <= bindparam("now"))
MOST: BindParameter[int] = bindparam("most", type_=Integer())
OLDEST = select(DELIVERIES.c.job_id).where(*DUE).order_by(DELIVERIES.c.due).limit(MOST)
# Said twice: of two couriers the second looks at the row again when the first is done.
TAKING = (
    update(DELIVERIES)
    .where(DELIVERIES.c.job_id.in_(OLDEST), *DUE)
    .values(due=bindparam("until"), tries=DELIVERIES.c.tries + 1, worker=bindparam("by"))
    .returning(DELIVERIES.c.job_id, DELIVERIES.c.tries)
)
DELIVERED = (
    update(DELIVERIES)
    .where(DELIVERIES.c.job_id == bindparam("of"), DELIVERIES.c.done.is_(None))
    .values(done=bindparam("at"))
)


class SqlOutbox:
    """The `Outbox` over SQLite or Postgres."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._transactions = Transactions(engine)

    async def take_due(
        self, now: datetime, *, until: datetime, most: int = 10, worker: str = ""
    ) -> Sequence[Delivery]:
        taken = {"now": utc(now), "until": utc(until), "most": most, "by": worker}
        async with self._transactions.begin() as session:
            rows = await session.execute(TAKING, taken)
            tries: dict[str, int] = {row.job_id: row.tries for row in rows}
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
        async with self._transactions.begin() as session:
            await session.execute(DELIVERED, {"of": job, "at": utc(now)})

    async def put_off(self, job: str, until: datetime) -> None:
        later = (
            update(DeliveryRow)
            .where(DeliveryRow.job_id == job, DeliveryRow.done.is_(None))
            .values(due=utc(until), worker="")
        )
        async with self._transactions.begin() as session:
            await session.execute(later)
