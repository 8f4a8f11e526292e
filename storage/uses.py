"""Who uses which files as sources, asked of the database."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from engine.job import UNFINISHED
from engine.sources import Use
from storage.models import JobRow
from storage.picture_rows import PictureRow
from storage.sources import SourceRow
from storage.transactions import Transactions
from storage.uploads import UploadRow, is_unused

AT_ONCE = 500
"""Digests in one question."""


async def uses_of(session: AsyncSession, digests: Collection[str]) -> Sequence[Use]:
    """Every use of these files that may keep one of them here."""
    unused = select(UploadRow.digest, UploadRow.owner_id).where(
        UploadRow.digest.in_(digests), is_unused()
    )
    of_jobs = (
        select(SourceRow.digest, JobRow.owner_id, JobRow.status.in_(UNFINISHED), _painted())
        .join(JobRow, JobRow.id == SourceRow.job_id)
        .where(SourceRow.digest.in_(digests))
    )
    # Uploads first: one that a job begins to use in between is seen with that job.
    uses = [
        Use(digest=digest, owner=owner, waits=True)
        for digest, owner in await session.execute(unused)
    ]
    return uses + [
        Use(digest=digest, owner=owner, waits=waits, painted=painted)
        for digest, owner, waits, painted in await session.execute(of_jobs)
    ]


async def mentioned(
    transactions: Transactions, digests: Collection[str], since: datetime
) -> set[str]:
    """Those of them that stay as sources, or were uploaded since then."""
    wanted: Sequence[str] = sorted(digests)
    found: set[str] = set()
    async with transactions.read() as session:
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            alive = or_(JobRow.status.in_(UNFINISHED), _painted())
            used = (
                select(SourceRow.digest)
                .join(JobRow, JobRow.id == SourceRow.job_id)
                .where(SourceRow.digest.in_(some), alive)
            )
            young = select(UploadRow.digest).where(
                UploadRow.digest.in_(some), UploadRow.at >= since
            )
            found |= set(await session.scalars(union(used, young)))
    return found


async def own(session: AsyncSession, owner: str, digests: Collection[str]) -> Collection[str]:
    """Those of them that the owner uploaded, painted, or began from before."""
    uploads = select(UploadRow.digest).where(
        UploadRow.owner_id == owner, UploadRow.digest.in_(digests)
    )
    painted = select(PictureRow.file).where(
        PictureRow.file.in_(digests), PictureRow.owner_id == owner
    )
    # Not joined: a database might go through all jobs of somebody who has very many.
    theirs = exists(select(1).where(JobRow.id == SourceRow.job_id, JobRow.owner_id == owner))
    used = select(SourceRow.digest).where(SourceRow.digest.in_(digests), theirs)
    return set(await session.scalars(union(uploads, painted, used)))


def _painted() -> ColumnElement[bool]:
    """A picture of the job that uses it is left."""
    return exists(select(1).where(PictureRow.job_id == SourceRow.job_id))
