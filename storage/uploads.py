"""The table of uploads: who gave which file, for jobs to begin with or to follow."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, Index, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from engine.sources import surplus
from storage.models import JobRow, Table, utc
from storage.prepared import dialect_of, upsert
from storage.sources import SourceRow

RECENT = timedelta(days=3)
"""The sweep of orphans has found what is older and was not used."""


class UploadRow(Table):
    """Somebody gave that file, `at` that time for the last."""

    __tablename__ = "uploads"
    __table_args__ = (Index(None, "digest"),)

    owner_id: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    bytes: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]


async def uploaded(
    session: AsyncSession, owner: str, digest: str, size: int, now: datetime
) -> None:
    new = {"owner_id": owner, "digest": digest, "bytes": size, "at": utc(now)}
    adding = upsert(dialect_of(session), UploadRow).values(new)
    keys = ["owner_id", "digest"]
    await session.execute(adding.on_conflict_do_update(index_elements=keys, set_={"at": new["at"]}))


def is_unused() -> ColumnElement[bool]:
    """No job of its owner has used it since it was uploaded for the last time."""
    # Not joined: a database might go through all jobs of somebody who has very many.
    since = select(1).where(
        JobRow.id == SourceRow.job_id,
        JobRow.owner_id == UploadRow.owner_id,
        JobRow.submitted >= UploadRow.at,
    )
    used = exists(since.correlate(SourceRow, UploadRow))
    return ~exists(select(1).where(SourceRow.digest == UploadRow.digest, used))


async def make_room(
    session: AsyncSession, owner: str, newest: str, most: int, now: datetime
) -> Collection[str]:
    """Of what the owner uploaded and no job has used, the oldest goes, so that the rest has no more
    bytes than that. Answers it."""
    theirs = select(UploadRow.digest, UploadRow.bytes).where(
        UploadRow.owner_id == owner, UploadRow.at >= utc(now - RECENT), is_unused()
    )
    # Two may have come in the same moment.
    newest_first = theirs.order_by(UploadRow.digest != newest, UploadRow.at.desc())
    found = [(digest, size) for digest, size in await session.execute(newest_first)]
    leaving = surplus(found, most)
    if leaving:
        gone = delete(UploadRow).where(UploadRow.owner_id == owner, UploadRow.digest.in_(leaving))
        await session.execute(gone)
    return leaving


async def drop(
    session: AsyncSession, digests: Collection[str], before: datetime | None = None
) -> None:
    """The files are gone, or need not stay: those uploaded before then where a time is given."""
    gone = delete(UploadRow).where(UploadRow.digest.in_(digests))
    if before is not None:
        gone = gone.where(UploadRow.at < before)
    await session.execute(gone)
