"""The life of a job in the database, inside a transaction of whoever calls.

Each change is one UPDATE that says what the job must have been before, never a look first and a
change then. The attempt is the fence: who began a job earlier than somebody else can no longer
change it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from sys import intern
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    case,
    or_,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from engine.allowance import Allowance, cents_of
from engine.errors import Cancelled, NotFound, TakenOver
from engine.job import UNFINISHED, Job, Picture, Status
from engine.lease import GIVEN_UP, MOST_ATTEMPTS
from engine.outline import Outline
from engine.phrase import written
from storage.models import JobRow, in_order, job_of_row, row_of_job, tiles_of, utc
from storage.picture_rows import row_of_picture
from storage.prepared import table_of
from storage.purses import reserve, resolve
from storage.rows import DeliveryRow
from storage.sources import rows_of_sources

ENDS = frozenset({Status.FAILED, Status.CANCELLED})
"""What `end` may make of an unfinished job."""
OUTLINE = (
    JobRow.id,
    JobRow.owner_id,
    JobRow.origin,
    JobRow.tile_count,
    JobRow.price,
    JobRow.submitted,
    JobRow.status,
    JobRow.attempt,
    JobRow.tier,
    JobRow.clock,
    JobRow.model,
)

JOBS = table_of(JobRow)
BEGINNING = (
    update(JOBS)
    .where(JOBS.c.id == bindparam("of"), JOBS.c.status == Status.QUEUED)
    .values(
        status=Status.PAINTING,
        attempt=JOBS.c.attempt + 1,
        worker=bindparam("by"),
        lease=bindparam("until"),
    )
    .returning(*JOBS.c)
)
FINISHING = (
    update(JOBS)
    .where(
        JOBS.c.id == bindparam("of"),
        JOBS.c.status == Status.PAINTING,
        JOBS.c.attempt == bindparam("held"),
    )
    .values(status=Status.DONE, spent=bindparam("took"), worker="", lease=None)
    .returning(JOBS.c.owner_id, JOBS.c.tiles, JOBS.c.reply)
)


async def insert(session: AsyncSession, job: Job, allowance: Allowance, now: datetime) -> None:
    cents_of(job.price)
    session.add(row_of_job(job))
    await session.flush()
    session.add_all(rows_of_sources(job))
    await reserve(session, job, allowance, now)


async def begin(session: AsyncSession, job: str, worker: str, until: datetime) -> Job:
    begun = {"of": job, "by": worker, "until": utc(until)}
    row = (await session.execute(BEGINNING, begun)).one_or_none()
    if row is None:
        raise nothing_to_paint(job)
    return job_of_row(row)


async def beat(session: AsyncSession, held: Mapping[str, int], until: datetime) -> Collection[str]:
    attempts = tuple_(JobRow.id, JobRow.attempt).in_(list(held.items()))
    ours = (JobRow.status == Status.PAINTING, attempts)
    longer = (
        update(JobRow).where(in_order(*ours), *ours).values(lease=utc(until)).returning(JobRow.id)
    )
    return set(await session.scalars(longer))


async def finish(
    session: AsyncSession,
    job: str,
    attempt: int,
    pictures: Sequence[Picture],
    files: Sequence[str],
    now: datetime,
) -> None:
    spent = taken(pictures)
    done = {"of": job, "held": attempt, "took": spent}
    finished = (await session.execute(FINISHING, done)).one_or_none()
    if finished is None:
        await _require_done(session, job, attempt)
        return
    owner, tiles, reply = finished
    session.add_all(
        row_of_picture(job, tile.index, owner, picture, file, now)
        for tile, picture, file in zip(tiles_of(tiles), pictures, files, strict=True)
    )
    await _close(session, job, reply, spent, now)


async def end(
    session: AsyncSession,
    job: str,
    status: Status,
    problem: str,
    *,
    attempt: int | None,
    spent: float,
    now: datetime,
) -> bool:
    cents_of(spent)
    held = (
        [JobRow.id == job, JobRow.status.in_(UNFINISHED)]
        if attempt is None
        else _held(job, attempt)
    )
    ending = (
        update(JobRow)
        .where(*held)
        .values(status=status, problem=written(problem), spent=spent, worker="", lease=None)
        .returning(JobRow.reply)
    )
    ended = (await session.execute(ending)).one_or_none()
    if ended is not None:
        await _close(session, job, ended.reply, spent, now)
        return True
    if await session.get(JobRow, job) is None:
        raise no_job(job)
    return False


async def keep_finished(
    session: AsyncSession,
    job: str,
    pictures: Mapping[int, Picture],
    files: Mapping[int, str],
    now: datetime,
) -> None:
    """What was painted of a job that ended before all of it was."""
    owner = (await session.scalars(select(JobRow.owner_id).where(JobRow.id == job))).one()
    session.add_all(
        row_of_picture(job, tile, owner, picture, files[tile], now)
        for tile, picture in sorted(pictures.items())
    )


async def release(session: AsyncSession, job: str, attempt: int) -> None:
    waiting = (
        update(JobRow)
        .where(*_held(job, attempt))
        .values(status=Status.QUEUED, attempt=JobRow.attempt - 1, worker="", lease=None)
    )
    await session.execute(waiting)


async def unfinished(session: AsyncSession, after: Outline | None, most: int) -> Sequence[Outline]:
    # By one statement, or a job that is begun between two of them is in neither. Each status is
    # looked for by itself, since the index is in order within it.
    either = union_all(
        *(select(_oldest(status, after, most).subquery()) for status in sorted(UNFINISHED))
    ).subquery()
    found = select(either).order_by(either.c.submitted, either.c.id).limit(most)
    return [outline_of_row(row) for row in await session.execute(found)]


def _oldest(status: Status, after: Outline | None, most: int) -> Select[*tuple[Any, ...]]:
    oldest = (
        select(*OUTLINE)
        .where(JobRow.status == status)
        .order_by(JobRow.submitted, JobRow.id)
        .limit(most)
    )
    if after is None:
        return oldest
    return oldest.where(tuple_(JobRow.submitted, JobRow.id) > (after.submitted, after.id))


async def workers(session: AsyncSession) -> Collection[str]:
    painting = select(JobRow.worker).where(JobRow.status == Status.PAINTING).distinct()
    return set(await session.scalars(painting))


async def take_back(
    session: AsyncSession, now: datetime, gone: Collection[str]
) -> Sequence[Outline]:
    return await _lost(session, now, or_(JobRow.lease < now, JobRow.worker.in_(sorted(gone))))


async def lose(session: AsyncSession, job: str, attempt: int, now: datetime) -> None:
    await _lost(session, now, and_(JobRow.id == job, JobRow.attempt == attempt))


async def _lost(
    session: AsyncSession, now: datetime, which: ColumnElement[bool]
) -> Sequence[Outline]:
    """Of those that are painted these are no more: as they are from now on, oldest first."""
    tried_enough = JobRow.attempt >= MOST_ATTEMPTS
    lost = (JobRow.status == Status.PAINTING, which)
    back = (
        update(JobRow)
        .where(in_order(*lost), *lost)
        .values(
            status=case((tried_enough, Status.FAILED), else_=Status.QUEUED),
            problem=case((tried_enough, written(GIVEN_UP)), else_=""),
            worker="",
            lease=None,
        )
        .returning(*OUTLINE, JobRow.reply)
    )
    taken = [(outline_of_row(row), row.reply) for row in await session.execute(back)]
    # By owner, so that two who do this at once lock the purses in the same order.
    for job, reply in sorted(taken, key=lambda one: (one[0].owner, one[0].id)):
        if job.status is Status.FAILED:
            await _close(session, job.id, reply, 0.0, now)
    return sorted((job for job, _ in taken), key=lambda job: (job.submitted, job.id))


def taken(pictures: Sequence[Picture]) -> float:
    """What they took together. Raises InvalidRequest where that can be no charge."""
    spent = sum(picture.seconds for picture in pictures)
    cents_of(spent)
    return spent


def outline_of_row(row: Row[*tuple[Any, ...]]) -> Outline:
    return Outline(
        id=row.id,
        owner=row.owner_id,
        origin=row.origin,
        tiles=row.tile_count,
        price=row.price,
        submitted=row.submitted,
        status=Status(row.status),
        attempt=row.attempt,
        tier=row.tier,
        clock=row.clock,
        model=intern(row.model),
    )


async def _close(session: AsyncSession, job: str, reply: str, spent: float, now: datetime) -> None:
    """What every end has: the credits are settled, and who is far away is told."""
    await resolve(session, job, cents_of(spent), now)
    if reply:
        session.add(DeliveryRow(job_id=job, tries=0, due=now, done=None, worker=""))


async def _require_done(session: AsyncSession, job: str, attempt: int) -> None:
    row = await session.get(JobRow, job)
    if row is None:
        raise no_job(job)
    require_own(job_of_row(row), attempt)


def require_own(job: Job, attempt: int) -> None:
    """Raises why an attempt that could not finish the job could not, unless it had finished it."""
    if job.status in ENDS:
        raise ended(job.id, job.status)
    if (job.status, job.attempt) != (Status.DONE, attempt):
        raise TakenOver(f"Another painter took the job {job.id} over.")


def _held(job: str, attempt: int) -> list[ColumnElement[bool]]:
    return [JobRow.id == job, JobRow.status == Status.PAINTING, JobRow.attempt == attempt]


def no_job(job: str) -> NotFound:
    return NotFound(f"There is no job {job}.")


def nothing_to_paint(job: str) -> NotFound:
    return NotFound(f"There is no job {job} that waits to be painted.")


def ended(job: str, status: Status) -> Cancelled:
    return Cancelled(f"The job {job} was {status} meanwhile.")


def recorded_already(job: str) -> ValueError:
    return ValueError(f"job {job} is recorded already")
