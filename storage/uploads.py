"""The table of uploads: who gave which file, for jobs to begin with or to follow."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, Index, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.models import JobRow, Table, utc
from storage.purses import upsert
from storage.sources import SourceRow


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
    adding = upsert(session, UploadRow).values(new)
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


async def drop(
    session: AsyncSession, digests: Collection[str], before: datetime | None = None
) -> None:
    """The files are gone, or need not stay: those uploaded before then where a time is given."""
    gone = delete(UploadRow).where(UploadRow.digest.in_(digests))
    if before is not None:
        gone = gone.where(UploadRow.at < before)
    await session.execute(gone)
