"""Pictures that leave: rows and files, with nobody left without the file that their row names.

Somebody may be storing a picture of the very same bytes. Who stores one takes the turn of its file,
and then sees to it that the file is there; who removes one takes the turn too, and leaves the file
where another row names it by then, or a job needs it to begin with. So whoever comes second finds
what the first has done.
"""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.picture_rows import PictureRow
from storage.pictures import PictureFiles
from storage.sources import SourceRow, needed_by_others, uses_of
from storage.transactions import Transactions

AT_ONCE = 200
"""Pictures that leave in one transaction: others wait no longer than for so many."""


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
) -> Collection[int]:
    """Delete these pictures; answer which were there. Their files are gone a moment later.

    A crash in between leaves files that nothing names, which a sweep finds.
    """
    there = delete(PictureRow).where(PictureRow.number.in_(numbers), *only)
    gone = there.returning(PictureRow.number, PictureRow.file, PictureRow.owner_id)
    aside: Sequence[Path] = ()
    try:
        async with transactions.begin() as session:
            rows = (await session.execute(gone)).all()
            owners = {file: owner for _, file, owner in rows}
            await take_turns(session, owners)
            same = select(PictureRow.file).where(PictureRow.file.in_(owners))
            named = await session.scalars(same)
            uses = await session.execute(uses_of.where(SourceRow.digest.in_(owners)))
            stay = {*named, *needed_by_others(((use[0], use[1], use[2]) for use in uses), owners)}
            aside = await files.put_aside(owners.keys() - stay)
    except BaseException:
        await files.bring_back(aside)
        raise
    await files.throw_away(aside)
    return [number for number, _, _ in rows]
