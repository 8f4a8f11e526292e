"""The ledger in a database: jobs and pictures as rows, picture files beside them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

from sqlalchemy import case, func, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from engine.errors import Cancelled, NotFound
from engine.job import UNFINISHED, Bookmark, Job, Picture, Recipe, Remembered, Status
from storage.database import explaining
from storage.models import (
    JobRow,
    PictureRow,
    digest_of,
    job_of_row,
    remembered_of_row,
    row_of_job,
    row_of_picture,
    tiles_of,
    utc,
)
from storage.pictures import PictureFiles

ENDS = frozenset({Status.FAILED, Status.CANCELLED, Status.QUEUED})
"""What `end` may make of an unfinished job."""

bookmark = tuple_(PictureRow.painted, PictureRow.job_id, PictureRow.tile)
NEWEST_FIRST = (PictureRow.painted.desc(), PictureRow.job_id.desc(), PictureRow.tile.desc())


class SqlLedger:
    """The `Ledger` over SQLite.

    A job changes by one UPDATE that says what it must have been before, never by reading first
    and writing then; and what writes begins with writing, or SQLite would answer "locked" to all
    but one of two transactions that read first.
    """

    def __init__(self, engine: AsyncEngine, files: PictureFiles) -> None:
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)
        self._files = files

    async def record(self, job: Job) -> Job:
        job = replace(job, submitted=utc(job.submitted))
        try:
            async with self._transaction() as session:
                session.add(row_of_job(job))
        except IntegrityError:
            # The database decides who was first with the key, however close the race.
            earlier = await self.seen(job.owner.id, job.key) if job.key is not None else None
            if earlier is None:
                raise recorded_already(job.id) from None
            return earlier
        return job

    async def seen(self, owner: str, key: str) -> Job | None:
        same_key = select(JobRow).where(JobRow.owner_id == owner, JobRow.key == key)
        async with self._transaction() as session:
            row = (await session.scalars(same_key)).one_or_none()
            return None if row is None else job_of_row(row)

    async def begin(self, job: str) -> Job:
        painting = (
            update(JobRow)
            .where(JobRow.id == job, JobRow.status.in_(UNFINISHED))
            .values(status=Status.PAINTING, attempt=JobRow.attempt + 1)
            .returning(JobRow)
        )
        async with self._transaction() as session:
            row = (await session.scalars(painting)).one_or_none()
            if row is None:
                raise nothing_to_paint(job)
            return job_of_row(row)

    async def finish(self, job: str, pictures: Sequence[Picture], now: datetime) -> None:
        painted = utc(now)
        # Files first: a crash here leaves files that no row names, never rows without a file.
        files = [await self._files.keep(picture.png) for picture in pictures]
        done = (
            update(JobRow)
            .where(JobRow.id == job, JobRow.status.in_(UNFINISHED))
            .values(status=Status.DONE, spent=sum(picture.seconds for picture in pictures))
            .returning(JobRow.owner_id, JobRow.tiles)
        )
        async with self._transaction() as session:
            finished = (await session.execute(done)).one_or_none()
            if finished is None:
                await self._require_done(session, job)
                return
            owner, tiles = finished
            session.add_all(
                row_of_picture(job, tile.index, owner, picture, file, painted)
                for tile, picture, file in zip(tiles_of(tiles), pictures, files, strict=True)
            )

    async def release(self, job: str) -> None:
        waiting = (
            update(JobRow)
            .where(JobRow.id == job, JobRow.status == Status.PAINTING)
            .values(status=Status.QUEUED, attempt=JobRow.attempt - 1)
        )
        async with self._transaction() as session:
            await session.execute(waiting)

    async def end(self, job: str, status: Status, problem: str) -> bool:
        if status not in ENDS:
            raise ValueError(f"{status} is not how a job ends")
        ending = (
            update(JobRow)
            .where(JobRow.id == job, JobRow.status.in_(UNFINISHED))
            .values(status=status, problem=problem)
            .returning(JobRow.id)
        )
        async with self._transaction() as session:
            if (await session.execute(ending)).one_or_none():
                return True
            if await session.get(JobRow, job) is None:
                raise no_job(job)
            return False

    async def job(self, job: str) -> Job:
        async with self._transaction() as session:
            row = await session.get(JobRow, job)
            if row is None:
                raise no_job(job)
            return job_of_row(row)

    async def unfinished(self) -> Sequence[Job]:
        waiting = (
            select(JobRow)
            .where(JobRow.status.in_(UNFINISHED))
            .order_by(JobRow.submitted, JobRow.id)
        )
        async with self._transaction() as session:
            return [job_of_row(row) for row in await session.scalars(waiting)]

    async def spent(self, owner: str, since: datetime) -> float:
        cost = case(
            (JobRow.status.in_(UNFINISHED), JobRow.price),
            (JobRow.status == Status.DONE, JobRow.spent),
            else_=0.0,
        )
        total = select(func.coalesce(func.sum(cost), 0.0)).where(
            JobRow.owner_id == owner, JobRow.submitted >= utc(since)
        )
        async with self._transaction() as session:
            return float((await session.scalars(total)).one())

    async def history(
        self, owner: str, *, before: Bookmark | None = None, limit: int = 20
    ) -> Sequence[Remembered]:
        newest = select(PictureRow).where(PictureRow.owner_id == owner).order_by(*NEWEST_FIRST)
        if before is not None:
            newest = newest.where(bookmark < before)
        async with self._transaction() as session:
            rows = await session.scalars(newest.limit(limit))
            return [remembered_of_row(row) for row in rows]

    async def painted(self, recipe: Recipe) -> Remembered | None:
        alike = select(PictureRow).where(PictureRow.recipe_digest == digest_of(recipe))
        gone: set[str] = set()
        async with self._transaction() as session:
            while True:
                newest = alike.where(PictureRow.file.not_in(gone)).order_by(*NEWEST_FIRST)
                row = (await session.scalars(newest.limit(1))).one_or_none()
                if row is None:
                    return None
                if await self._files.has(row.file):
                    return remembered_of_row(row)
                gone.add(row.file)

    async def pictures(self, job: str) -> Sequence[Remembered]:
        tiles = select(PictureRow).where(PictureRow.job_id == job).order_by(PictureRow.tile)
        async with self._transaction() as session:
            return [remembered_of_row(row) for row in await session.scalars(tiles)]

    async def keep(self, file: bytes) -> str:
        return await self._files.keep(file)

    async def file(self, digest: str) -> bytes:
        return await self._files.file(digest)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncSession]:
        with explaining():
            async with self._sessions.begin() as session:
                yield session

    async def _require_done(self, session: AsyncSession, job: str) -> None:
        row = await session.get(JobRow, job)
        if row is None:
            raise no_job(job)
        if row.status != Status.DONE:
            raise ended(job, Status(row.status))


def no_job(job: str) -> NotFound:
    return NotFound(f"There is no job {job}.")


def nothing_to_paint(job: str) -> NotFound:
    return NotFound(f"There is no job {job} that is still to be painted.")


def ended(job: str, status: Status) -> Cancelled:
    return Cancelled(f"The job {job} was {status} meanwhile.")


def recorded_already(job: str) -> ValueError:
    return ValueError(f"job {job} is recorded already")
