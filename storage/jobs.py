"""The life of a job in the database, inside a transaction of whoever calls.

Each change is one UPDATE that says what the job must have been before, never a look first and a
change then. The attempt is the fence: who began a job earlier than somebody else can no longer
change it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, case, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from engine.allowance import Allowance, cents_of
from engine.errors import Cancelled, NotFound, TakenOver
from engine.job import UNFINISHED, Job, Picture, Status
from engine.lease import GIVEN_UP, MOST_ATTEMPTS
from storage.models import JobRow, job_of_row, row_of_job, row_of_picture, tiles_of, utc
from storage.purses import reserve, resolve
from storage.rows import DeliveryRow

ENDS = frozenset({Status.FAILED, Status.CANCELLED})
"""What `end` may make of an unfinished job."""


async def insert(session: AsyncSession, job: Job, allowance: Allowance, now: datetime) -> None:
    session.add(row_of_job(job))
    await session.flush()
    await reserve(session, job, allowance, now)


async def begin(session: AsyncSession, job: str, worker: str, until: datetime) -> Job:
    painting = (
        update(JobRow)
        .where(JobRow.id == job, JobRow.status == Status.QUEUED)
        .values(status=Status.PAINTING, attempt=JobRow.attempt + 1, worker=worker, lease=utc(until))
        .returning(JobRow)
    )
    row = (await session.scalars(painting)).one_or_none()
    if row is None:
        raise nothing_to_paint(job)
    return job_of_row(row)


async def beat(session: AsyncSession, held: Mapping[str, int], until: datetime) -> Collection[str]:
    attempts = tuple_(JobRow.id, JobRow.attempt).in_(list(held.items()))
    longer = (
        update(JobRow)
        .where(JobRow.status == Status.PAINTING, attempts)
        .values(lease=utc(until))
        .returning(JobRow.id)
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
    spent = sum(picture.seconds for picture in pictures)
    done = (
        update(JobRow)
        .where(*_held(job, attempt))
        .values(status=Status.DONE, spent=spent, worker="", lease=None)
        .returning(JobRow.owner_id, JobRow.tiles, JobRow.reply)
    )
    finished = (await session.execute(done)).one_or_none()
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
    held = (
        [JobRow.id == job, JobRow.status.in_(UNFINISHED)]
        if attempt is None
        else _held(job, attempt)
    )
    ending = (
        update(JobRow)
        .where(*held)
        .values(status=status, problem=problem, spent=spent, worker="", lease=None)
        .returning(JobRow.reply)
    )
    ended = (await session.execute(ending)).one_or_none()
    if ended is not None:
        await _close(session, job, ended.reply, spent, now)
        return True
    if await session.get(JobRow, job) is None:
        raise no_job(job)
    return False


async def release(session: AsyncSession, job: str, attempt: int) -> None:
    waiting = (
        update(JobRow)
        .where(*_held(job, attempt))
        .values(status=Status.QUEUED, attempt=JobRow.attempt - 1, worker="", lease=None)
    )
    await session.execute(waiting)


async def take_back(session: AsyncSession, now: datetime) -> Sequence[Job]:
    tried_enough = JobRow.attempt >= MOST_ATTEMPTS
    ran_out = (
        update(JobRow)
        .where(JobRow.status == Status.PAINTING, JobRow.lease < now)
        .values(
            status=case((tried_enough, Status.FAILED), else_=Status.QUEUED),
            problem=case((tried_enough, GIVEN_UP), else_=""),
            worker="",
            lease=None,
        )
        .returning(JobRow)
    )
    taken = [job_of_row(row) for row in await session.scalars(ran_out)]
    # By owner, so that two who do this at once lock the purses in the same order.
    for job in sorted(taken, key=lambda job: (job.owner.id, job.id)):
        if job.status is Status.FAILED:
            await _close(session, job.id, job.reply, 0.0, now)
    return sorted(taken, key=lambda job: (job.submitted, job.id))


async def _close(session: AsyncSession, job: str, reply: str, spent: float, now: datetime) -> None:
    """What every end has: the credits are settled, and who is far away is told."""
    await resolve(session, job, cents_of(spent), now)
    if reply:
        session.add(DeliveryRow(job_id=job, reply=reply, tries=0, due=now, done=None))


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
