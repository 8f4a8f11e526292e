"""The stock in a database: how many pictures there are, and which nobody said to keep."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.archive import Amount, Painted, Spare
from engine.errors import StorageFailed
from storage.leaving import AT_ONCE, remove
from storage.models import utc
from storage.picture_rows import PictureRow, remembered_of_row
from storage.pictures import PictureFiles
from storage.sources import SourceRow
from storage.terms import terms_of
from storage.transactions import Transactions
from storage.uploads import UploadRow

log = logging.getLogger(__name__)


class SqlStock:
    """The `Stock` over SQLite or Postgres."""

    def __init__(self, engine: AsyncEngine, files: PictureFiles) -> None:
        self._transactions = Transactions(engine)
        self._files = files

    async def amount(self) -> Amount:
        favourites = func.count().filter(PictureRow.favourite)
        counts = select(func.count(), favourites).select_from(PictureRow)
        files = select(func.max(PictureRow.bytes).label("bytes")).group_by(PictureRow.file)
        total = select(func.coalesce(func.sum(files.subquery().c.bytes), 0))
        async with self._transactions.read() as session:
            pictures, kept = (await session.execute(counts)).one()
            size = int(await session.scalar(total) or 0)
            size += int(await session.scalar(_bytes_of_sources()) or 0)
        return Amount(pictures=pictures, favourites=kept, bytes=size)

    async def painted(self, since: datetime) -> Sequence[Painted]:
        lately = (
            select(PictureRow.painted, PictureRow.seconds)
            .where(PictureRow.painted >= utc(since), PictureRow.seconds > 0)
            .order_by(PictureRow.painted)
        )
        async with self._transactions.read() as session:
            found = await session.execute(lately)
            return [Painted(at=at, seconds=seconds) for at, seconds in found]

    async def spare(self, *, before: datetime | None = None, most: int) -> Sequence[Spare]:
        oldest = _spare(~PictureRow.favourite).order_by(PictureRow.number)
        if before is not None:
            old = _spare(~PictureRow.favourite, PictureRow.painted < utc(before))
            # In the order of the index that knows them: there may be none, and many others.
            oldest = old.order_by(PictureRow.painted, PictureRow.number)
        return await self._told(oldest.limit(most))

    async def beyond(self, each: int, *, most: int) -> Sequence[Spare]:
        many = (
            select(PictureRow.owner_id)
            .where(~PictureRow.favourite)
            .group_by(PictureRow.owner_id)
            .having(func.count() > each)
            .limit(most)
        )
        async with self._transactions.read() as session:
            people = (await session.scalars(many)).all()
        found: list[Spare] = []
        for owner in people:
            # The newest that is one too many, and all that are older.
            newest = (
                select(PictureRow.number)
                .where(PictureRow.owner_id == owner, ~PictureRow.favourite)
                .order_by(PictureRow.number.desc())
                .offset(each)
                .limit(1)
                .scalar_subquery()
            )
            beyond = _spare(
                PictureRow.owner_id == owner, ~PictureRow.favourite, PictureRow.number <= newest
            )
            oldest = beyond.order_by(PictureRow.number).limit(most - len(found))
            found += await self._told(oldest)
            if len(found) >= most:
                break
        return sorted(found, key=lambda one: one.number)

    async def let_go(self, numbers: Collection[int]) -> int:
        wanted, gone = list(numbers), 0
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            spare = ~PictureRow.favourite
            gone += len((await remove(self._transactions, self._files, some, spare)).numbers)
        return gone

    async def take_in(self) -> int:
        """Look at pictures of before their terms were kept, so that they are found; how many."""
        unread = (
            select(PictureRow)
            .where(PictureRow.bytes.is_(None))
            .order_by(PictureRow.number.desc())
            .limit(AT_ONCE)
        )
        taken = 0
        while True:
            async with self._transactions.read() as session:
                rows = (await session.scalars(unread)).all()
            if not rows:
                return taken
            sizes = await asyncio.gather(*[self._files.size(row.file) for row in rows])
            async with self._transactions.begin() as session:
                for row, size in zip(rows, sizes, strict=True):
                    # Somebody else may look at it at the same time, or has made it a favourite.
                    read = (
                        update(PictureRow)
                        .where(PictureRow.number == row.number, PictureRow.bytes.is_(None))
                        .where(PictureRow.favourite == row.favourite)
                        .values(bytes=size, terms=_terms(row))
                    )
                    await session.execute(read)
            taken += len(rows)

    async def _told(self, spare: Select[int, int]) -> list[Spare]:
        async with self._transactions.read() as session:
            found = await session.execute(spare)
            return [Spare(number=number, bytes=size) for number, size in found]


def _terms(row: PictureRow) -> Collection[str]:
    """None of what this program cannot read: it counts, and is not found."""
    try:
        one = remembered_of_row(row)
    except StorageFailed as error:
        log.warning("%s", error)
        return ()
    return terms_of(one.owner, one.recipe, one.painted, favourite=one.favourite)


def _bytes_of_sources() -> Select[Any]:
    """Of uploads that a picture was begun from and that are none, so that they leave with it."""
    began = exists(
        select(1)
        .select_from(SourceRow)
        .join(PictureRow, PictureRow.job_id == SourceRow.job_id)
        .where(SourceRow.digest == UploadRow.digest)
    )
    is_picture = exists(select(1).where(PictureRow.file == UploadRow.digest))
    size = func.max(UploadRow.bytes).label("bytes")
    files = select(size).where(began, ~is_picture).group_by(UploadRow.digest)
    return select(func.coalesce(func.sum(files.subquery().c.bytes), 0))


def _spare(*which: ColumnElement[bool]) -> Select[int, int]:
    size = func.coalesce(PictureRow.bytes, 0)
    return select(PictureRow.number, size).where(*which)
