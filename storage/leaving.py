"""Pictures that leave: first their rows, then their files, and no row is ever without its file.

Killed before the rows are committed, nothing has happened; killed after it, what is left are files
that nothing names, which the sweep of orphans finds. It also finds those that could not be removed.

Somebody may be storing a file of the very same bytes. Who stores one takes the turn of its file,
and then sees to it that the file is there; who removes one takes the turn too, looks who names it
by then or needs it to begin with, and has removed it before the turn ends. So whoever comes second
finds what the first has done.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.sources import needed
from storage.picture_rows import PictureRow
from storage.pictures import DIGEST, PictureFiles
from storage.sources import SourceRow
from storage.transactions import Transactions
from storage.uploads import drop
from storage.uses import uses_of

AT_ONCE = 200
"""Pictures, or files, that leave in one transaction: others wait no longer than for so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """The numbers of the pictures that are gone, and the files that could not be removed yet."""

    numbers: Collection[int]
    stuck: Collection[str]


async def take_turns(session: AsyncSession, files: Iterable[str]) -> None:
    """Nobody else stores or removes these files until the end of a transaction that has written."""
    if session.get_bind().dialect.name == "sqlite":
        return  # whoever has written is alone
    # In one order, so that two who want several never wait for each other.
    for digest in sorted(set(files)):
        key = int.from_bytes(bytes.fromhex(digest[:16]), signed=True)
        await session.execute(select(func.pg_advisory_xact_lock(key)))


async def remove(
    transactions: Transactions,
    files: PictureFiles,
    numbers: Collection[int],
    *only: ColumnElement[bool],
) -> Removed:
    """Delete these pictures, with what only they were begun from."""
    there = delete(PictureRow).where(PictureRow.number.in_(numbers), *only)
    gone = there.returning(
        PictureRow.number, PictureRow.file, PictureRow.owner_id, PictureRow.job_id
    )
    async with transactions.begin() as session:
        rows = (await session.execute(gone)).all()
        jobs = {job for *_, job in rows}
        sources = select(SourceRow.digest).where(SourceRow.job_id.in_(jobs)).distinct()
        leaving: dict[str, str | None] = dict.fromkeys(await session.scalars(sources))
        leaving |= {file: owner for _, file, owner, _ in rows}
    stuck = await let_go(transactions, files, leaving)
    return Removed(numbers=[number for number, *_ in rows], stuck=stuck)


async def let_go(
    transactions: Transactions, files: PictureFiles, leaving: Mapping[str, str | None]
) -> Collection[str]:
    """Remove those that nothing names any more; answer those that could not be removed.

    `leaving` says whose picture each was, None where it was nobody's.
    """
    # A request may have named what is no digest, and so no file.
    wanted, stuck = list(filter(DIGEST.fullmatch, leaving)), set[str]()
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        async with transactions.begin() as session:
            # Written first, be it nothing: from then on whoever writes is alone in SQLite.
            await drop(session, ())
            await take_turns(session, some)
            same = select(PictureRow.file).where(PictureRow.file.in_(some))
            stay = {*await session.scalars(same), *needed(await uses_of(session, some), leaving)}
            gone = set(some) - stay
            await drop(session, gone)
            stuck |= set(await files.throw_away(gone))
    return stuck
