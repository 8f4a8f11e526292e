"""The archive in a database: pages of pictures, favourites, and what is deleted."""

from collections.abc import Collection, Sequence

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.archive import no_picture
from engine.errors import StorageFailed
from engine.job import UNFINISHED, Remembered
from engine.search import EVERYTHING, Search
from storage import forgetting
from storage.finding import LARGEST, Where, numbers_of
from storage.leaving import AT_ONCE, remove
from storage.models import JobRow
from storage.picture_rows import PictureRow, remembered_of_row
from storage.pictures import PictureFiles
from storage.terms import terms_of
from storage.transactions import Transactions


class SqlArchive:
    """The `Archive` over SQLite or Postgres."""

    def __init__(self, engine: AsyncEngine, files: PictureFiles) -> None:
        self._transactions = Transactions(engine)
        self._files = files

    async def page(
        self,
        owner: str,
        search: Search = EVERYTHING,
        *,
        before: int | None = None,
        after: int | None = None,
        most: int = 20,
    ) -> Sequence[Remembered]:
        theirs = select(PictureRow).where(PictureRow.owner_id == owner)
        where = Where(before=before, after=after, most=most)
        async with self._transactions.read() as session:
            if search == EVERYTHING:
                there = theirs.where(where.holds(PictureRow.number))
                there = there.order_by(where.order(PictureRow.number)).limit(most)
            else:
                found = await numbers_of(session, owner, search, where)
                there = theirs.where(PictureRow.number.in_(found))
            pictures = [remembered_of_row(row) for row in await session.scalars(there)]
        return sorted(pictures, key=lambda picture: -picture.number)

    async def count(
        self, owner: str, search: Search = EVERYTHING, *, after: int | None = None, most: int
    ) -> int:
        where = Where(after=after, most=most)
        async with self._transactions.read() as session:
            if search != EVERYTHING:
                return len(await numbers_of(session, owner, search, where))
            there = select(PictureRow.number).where(PictureRow.owner_id == owner)
            there = there.where(where.holds(PictureRow.number)).limit(most)
            counting = select(func.count()).select_from(there.subquery())
            return (await session.execute(counting)).scalar_one()

    async def picture(self, owner: str, number: int) -> Remembered:
        async with self._transactions.read() as session:
            row = await session.scalar(_theirs(owner, number))
            if row is None:
                raise no_picture(number)
            return remembered_of_row(row)

    async def favour(self, owner: str, number: int, *, favourite: bool) -> None:
        # First the row is taken, then read: what is written holds for what it is by then.
        taking = (
            update(PictureRow)
            .where(PictureRow.number == _possible(number), PictureRow.owner_id == owner)
            .values(favourite=favourite)
            .returning(PictureRow)
        )
        async with self._transactions.begin() as session:
            row = (await session.scalars(taking)).one_or_none()
            if row is None:
                raise no_picture(number)
            picture = remembered_of_row(row)
            terms = terms_of(owner, picture.recipe, picture.painted, favourite=favourite)
            known = update(PictureRow).where(PictureRow.number == number)
            await session.execute(known.values(terms=terms))

    async def remove(self, owner: str, numbers: Collection[int]) -> Collection[int]:
        wanted = sorted(map(_possible, numbers))
        removed, stuck = set[int](), set[str]()
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            theirs = PictureRow.owner_id == owner
            gone = await remove(self._transactions, self._files, some, theirs)
            removed |= set(gone.numbers)
            stuck |= set(gone.stuck)
        _require_gone(stuck)
        return removed

    async def unfinished(self, owner: str) -> Sequence[str]:
        theirs = select(JobRow.id).where(JobRow.owner_id == owner, JobRow.status.in_(UNFINISHED))
        async with self._transactions.read() as session:
            return (await session.scalars(theirs)).all()

    async def forget(self, owner: str) -> None:
        _require_gone(await forgetting.forget(self._transactions, self._files, owner))


def _theirs(owner: str, number: int) -> Select[PictureRow]:
    return select(PictureRow).where(
        PictureRow.number == _possible(number), PictureRow.owner_id == owner
    )


def _require_gone(stuck: Collection[str]) -> None:
    if stuck:
        raise StorageFailed(
            "That is out of your history, but not every file could be removed yet: Easel may not "
            "write to its folder, or the disk is in trouble. The log says which, and Easel tries "
            "again by itself every day."
        )


def _possible(number: int) -> int:
    """What no database can hold as a number is the number of no picture."""
    return number if 0 < number <= LARGEST else 0
