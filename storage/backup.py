"""Backup: the database and the files of pictures in one file, as they were at one moment.

It may be made while others write: all rows are read in one transaction, and files never change.
A picture that is deleted between its row and its file, or whose file is damaged, keeps its row in
the backup; restored, it is answered as one whose file is not kept any more, and how many those are
is said.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from tarfile import BLOCKSIZE
from tempfile import TemporaryFile
from typing import IO, Any

from sqlalchemy import (
    Select,
    Table,
    func,
    literal,
    select,
    text,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.errors import InvalidRequest, StorageFailed
from storage.address import address_of
from storage.backup_contents import (
    ABOUT,
    About,
    Contents,
    Stage,
    Tell,
    about_as_json,
    look_through,
)
from storage.backup_draft import Draft, Found
from storage.backup_file import unfinished, writing
from storage.backup_notes import add_notes
from storage.backup_rows import kept, keys_of, line_of, tables_of
from storage.backup_thread import in_thread, while_told
from storage.damaged_file import file_of, require_own
from storage.database import connect, explaining
from storage.migrate import status
from storage.pictures import DIGEST

ROWS_AT_ONCE = 250
PART = 4 * 2**20
"""A part of a table is closed once it has so many bytes."""
NAMED_BY = {"pictures": "file", "uploads": "digest", "sources": "digest"}
"""The tables that name files, and where."""
AROUND_FILE = 2 * BLOCKSIZE
"""What a file takes in a backup besides its bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A backup that is whole, the files that were damaged, which are not in it, and what is said
    of other files that were left out. The pictures among the damaged are counted as gone."""

    contents: Contents
    damaged: Sequence[Path]
    left_out: Sequence[str]


async def back_up(
    url: str,
    data_dir: Path,
    place: Path,
    *,
    easel: str,
    now: datetime,
    tell: Tell,
    replace: bool = False,
) -> Made:
    """Write it beside and look through it; then it takes its name.

    Raises InvalidRequest where that place or that database will not do, and StorageFailed.
    """
    revision = await _revision(url)
    with unfinished(place, replace=replace) as (file, draft_place):
        draft = Draft(file=file, place=place, made=now)
        about = About(
            easel=easel,
            database=address_of(url).get_backend_name(),
            revision=revision,
            made=now.isoformat(),
        )
        draft.note(ABOUT, about_as_json(about))
        left_out = await in_thread(add_notes, draft, data_dir)
        folder = data_dir / "pictures"
        # On the same disk, and without a name: nothing is left of it.
        with TemporaryFile("w+", dir=place.parent) as named:
            async with _one_moment(url) as connection:
                files = await _list_files(connection, named, folder, place, tell)
                numbers = await _add_rows(connection, draft, tell)
            adding = partial(_add_files, draft, folder, named, files)
            gone, damaged = await while_told(adding, tell)
        draft.end(numbers, gone)
        contents = await while_told(partial(look_through, draft_place), tell)
        return Made(contents=contents, damaged=damaged, left_out=left_out)


async def _revision(url: str) -> str:
    there, file = True, file_of(url)
    if file is not None:
        require_own(file)
        there = await asyncio.to_thread(os.path.exists, file)
    revision = (await status(url)).current if there else None
    if revision is None:
        raise InvalidRequest("There is nothing to back up yet: the database is empty.")
    return revision


@asynccontextmanager
async def _one_moment(url: str) -> AsyncIterator[AsyncConnection]:
    """All that is read here was so at the same time, whoever writes meanwhile."""
    async with connect(url, longest=None) as engine:
        with explaining():
            async with engine.connect() as connection:
                if engine.dialect.name == "sqlite":
                    await connection.exec_driver_sql("BEGIN")
                else:
                    await connection.execution_options(
                        isolation_level="REPEATABLE READ", postgresql_readonly=True
                    )
                    # Between two rows a slow disk is written to.
                    await connection.execute(
                        text("SET LOCAL idle_in_transaction_session_timeout = 0")
                    )
                yield connection


async def _list_files(
    connection: AsyncConnection, named: IO[str], folder: Path, place: Path, tell: Tell
) -> int:
    """Which files the rows name, a line each. Raises StorageFailed where there is no room."""
    tables = {table.name: table for table in await connection.run_sync(tables_of)}
    files = size = 0
    async for digests in _parts(connection, _named(tables)):
        for digest, painted in digests:
            if DIGEST.fullmatch(digest):
                with writing(place):
                    named.write(f"{digest} {painted}\n")
                size += _size(folder / digest[:2] / digest[2:4] / digest)
                files += 1
        tell(Stage.FILES, 0, files)
    needed = size + files * AROUND_FILE + await _rows_size(connection, list(tables))
    free = shutil.disk_usage(place.parent).free
    if needed > free:
        raise StorageFailed(
            f"The backup may take {-(-needed // 2**20):,} MiB, and {place.parent} has "
            f"{free // 2**20:,} MiB free. Make room, or name a file on another disk."
        )
    return files


def _named(tables: Mapping[str, Table]) -> Select[Any]:
    """Each digest once, and whether it is a picture's."""
    naming = union_all(
        *[
            select(
                tables[name].c[where].label("digest"),
                literal(int(name == "pictures")).label("painted"),
            )
            for name, where in NAMED_BY.items()
            if name in tables
        ]
    ).subquery()
    painted = func.max(naming.c.painted)
    return select(naming.c.digest, painted).group_by(naming.c.digest).order_by(naming.c.digest)


async def _add_rows(connection: AsyncConnection, draft: Draft, tell: Tell) -> dict[str, int]:
    """Every row of every table. Answers the highest numbers that were given."""
    tables = await connection.run_sync(tables_of)
    total, done = await _count(connection, tables), 0
    for table in tables:
        keys = await connection.run_sync(keys_of, table)
        columns, number, lines = kept(table), 0, bytearray()
        async for rows in _parts(connection, select(*columns).order_by(*keys)):
            for row in rows:
                lines += line_of(columns, row)
                if len(lines) >= PART:
                    number += 1
                    draft.part(table.name, number, bytes(lines))
                    lines.clear()
            done += len(rows)
            tell(Stage.ROWS, done, total)
        if lines:
            draft.part(table.name, number + 1, bytes(lines))
    return await _numbers(connection, tables)


async def _numbers(connection: AsyncConnection, tables: list[Table]) -> dict[str, int]:
    names = [table.name for table in tables]
    if connection.dialect.name == "sqlite":
        known = await connection.scalar(
            text("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'")
        )
        if not known:
            return {}
        rows = await connection.execute(text("SELECT name, seq FROM sqlite_sequence"))
        return {name: number for name, number in rows if name in names}
    numbers = {}
    for table in tables:
        for key in await connection.run_sync(keys_of, table):
            sequence = await sequence_of(connection, table.name, key.name)
            if sequence is None:
                continue
            given = text(f"SELECT last_value, is_called FROM {sequence}")
            last, is_called = (await connection.execute(given)).one()
            numbers[table.name] = last if is_called else last - 1
    return numbers


async def sequence_of(connection: AsyncConnection, table: str, key: str) -> str | None:
    """What numbers the rows of a table in Postgres, as SQL names it."""
    found: str | None = await connection.scalar(select(func.pg_get_serial_sequence(table, key)))
    return found


def _add_files(
    draft: Draft, folder: Path, named: IO[str], files: int, tell: Tell
) -> tuple[int, list[Path]]:
    """Answers how many pictures have no whole file any more, and which files are damaged."""
    gone, damaged = 0, []
    named.seek(0)
    for done, line in enumerate(named, start=1):
        digest, painted = line.split()
        found = draft.picture(folder, digest)
        # What a job once began from may have left with it.
        if found is not Found.WHOLE and painted == "1":
            gone += 1
        if found is Found.DAMAGED:
            damaged.append(folder / digest[:2] / digest[2:4] / digest)
        tell(Stage.FILES, done, files)
    return gone, damaged


async def _rows_size(connection: AsyncConnection, tables: Sequence[str]) -> int:
    """Bytes of them where they are. With their indexes that is more than they take as lines."""
    if connection.dialect.name == "sqlite":
        pages = "pragma_page_count(), pragma_freelist_count(), pragma_page_size()"
        size = text(f"SELECT (page_count - freelist_count) * page_size FROM {pages}")
        return await connection.scalar(size) or 0
    sizes = [
        await connection.scalar(select(func.pg_total_relation_size(table))) for table in tables
    ]
    return sum(filter(None, sizes))


async def _count(connection: AsyncConnection, tables: list[Table]) -> int:
    count = 0
    for table in tables:
        count += await connection.scalar(select(func.count()).select_from(table)) or 0
    return count


async def _parts(connection: AsyncConnection, statement: Select[Any]) -> AsyncIterator[list[Any]]:
    some = statement.execution_options(yield_per=ROWS_AT_ONCE)
    async for part in (await connection.stream(some)).partitions():
        yield list(part)


def _size(place: Path) -> int:
    try:
        return place.stat().st_size
    except OSError:
        return 0
