"""The table of source pictures: the files that jobs begin with or follow."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from engine.job import UNFINISHED, Job
from storage.models import JobRow, Table
from storage.picture_rows import PictureRow
from storage.transactions import Transactions

AT_ONCE = 500
"""Digests in one question."""


class SourceRow(Table):
    """A job uses the picture that is kept under that digest."""

    __tablename__ = "sources"
    __table_args__ = (Index(None, "digest"),)

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)


def rows_of_sources(job: Job) -> list[SourceRow]:
    return [SourceRow(job_id=job.id, digest=digest) for digest in sorted(job.request.pictures)]


def needed_by_others(uses: Iterable[tuple[str, str, str]], owners: dict[str, str]) -> set[str]:
    """Of files that leave with somebody's pictures, those that must stay as sources.

    `uses` are digests, with the owner and the status of a job that uses them. What only its owner
    began with, and is painted, goes with the picture.
    """
    return {
        digest for digest, owner, status in uses if owner != owners[digest] or status in UNFINISHED
    }


async def mentioned(transactions: Transactions, digests: Collection[str]) -> set[str]:
    """Those of them that a job uses."""
    wanted: Sequence[str] = sorted(digests)
    found: set[str] = set()
    async with transactions.read() as session:
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            used = select(SourceRow.digest).where(SourceRow.digest.in_(some)).distinct()
            found |= set(await session.scalars(used))
    return found


async def pictured(transactions: Transactions, digests: Collection[str]) -> set[str]:
    """Those of them that are a picture: somebody may begin from another one's."""
    wanted: Sequence[str] = sorted(digests)
    found: set[str] = set()
    async with transactions.read() as session:
        for start in range(0, len(wanted), AT_ONCE):
            named = PictureRow.file.in_(wanted[start : start + AT_ONCE])
            found |= set(await session.scalars(select(PictureRow.file).where(named).distinct()))
    return found


uses_of = select(SourceRow.digest, JobRow.owner_id, JobRow.status).join(
    JobRow, JobRow.id == SourceRow.job_id
)
