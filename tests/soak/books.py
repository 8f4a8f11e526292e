"""The books: what the database says of jobs, credits, pictures and deliveries at one moment."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Executable, select
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from storage.address import address_of
from storage.models import JobRow
from storage.picture_rows import PictureRow
from storage.postgres import connecting
from storage.rows import DeliveryRow, EntryRow, PersonRow

PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedJob:
    """`reply` is the address on Discord of whoever asked there; empty elsewhere."""

    id: str
    key: str | None
    owner: str
    status: str
    attempt: int
    lease: datetime | None
    tiles: int
    spent: float
    problem: str
    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedEntry:
    """A movement of credits, in cents; `granted` where it was taken from grants."""

    job: str
    owner: str
    kind: str
    cents: int
    day: date
    granted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedPicture:
    number: int
    job: str
    owner: str
    file: str
    favourite: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """`undelivered` are the jobs of which somebody must still be told, `told` those that were;
    `used` are the cents in the purse of each person."""

    at: datetime
    jobs: Mapping[str, BookedJob]
    entries: Sequence[BookedEntry]
    pictures: Sequence[BookedPicture]
    undelivered: frozenset[str]
    told: frozenset[str]
    used: Mapping[str, tuple[date, int]]


async def read_books(url: str) -> Books:
    """By a loop of its own in a thread: the stand-in must not wait until all is read."""
    return await asyncio.to_thread(lambda: asyncio.run(_read(url)))


async def _read(url: str) -> Books:
    address = address_of(url)
    if address.get_backend_name() == "sqlite":
        engine = create_async_engine(
            address.set(database=f"file:{address.database}", query={"mode": "ro", "uri": "true"}),
            connect_args={"timeout": PATIENCE_S},
        )
    else:
        engine = create_async_engine(
            address.set(query={}),
            async_creator=connecting(address, patience=PATIENCE_S, longest=PATIENCE_S),
            isolation_level="REPEATABLE READ",
        )
    try:
        async with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                # Python's driver would read each table at another moment.
                await connection.exec_driver_sql("BEGIN")
            return await _all(connection)
    finally:
        await engine.dispose()


async def _all(connection: AsyncConnection) -> Books:
    async def rows(statement: Executable) -> Sequence[Any]:
        return tuple(await connection.execute(statement))

    jobs = await rows(
        select(
            *(JobRow.id, JobRow.key, JobRow.owner_id, JobRow.status, JobRow.attempt, JobRow.lease),
            *(JobRow.tile_count, JobRow.spent, JobRow.problem, JobRow.reply),
        )
    )
    names = ("id", "key", "owner", "status", "attempt", "lease", "tiles", "spent", "problem")
    entries = await rows(
        select(
            *(EntryRow.job_id, EntryRow.owner_id, EntryRow.kind, EntryRow.credits),
            *(EntryRow.day, EntryRow.grants),
        )
    )
    pictures = await rows(
        select(
            *(PictureRow.number, PictureRow.job_id, PictureRow.owner_id, PictureRow.file),
            PictureRow.favourite,
        )
    )
    deliveries = await rows(select(DeliveryRow.job_id, DeliveryRow.done))
    people = await rows(select(PersonRow.id, PersonRow.day, PersonRow.used))
    return Books(
        at=datetime.now(UTC),
        jobs={row[0]: BookedJob(**dict(zip((*names, "reply"), row, strict=True))) for row in jobs},
        entries=[
            BookedEntry(job=job, owner=owner, kind=kind, cents=cents, day=day, granted=bool(grants))
            for job, owner, kind, cents, day, grants in entries
        ],
        pictures=[
            BookedPicture(number=number, job=job, owner=owner, file=file, favourite=favourite)
            for number, job, owner, file, favourite in pictures
        ],
        undelivered=frozenset(job for job, done in deliveries if done is None),
        told=frozenset(job for job, done in deliveries if done is not None),
        used={name: (day, used) for name, day, used in people},
    )
