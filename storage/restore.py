"""Restore: the rows and files of a backup, into a database of either kind that holds nothing.

The backup is looked through as a whole before anything is changed. All rows come in one
transaction, which also makes the tables, and brings them from the backup's revision to ours. Files
are put aside first and take their places right before it ends: a crash leaves the database as it
was, and files that nothing names.
"""

import logging
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from alembic import command
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Table, case, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, InterfaceError, ProgrammingError, StatementError
from sqlalchemy.exc import IntegrityError as BrokenRule
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.errors import InvalidRequest, Misconfigured
from engine.job import Status
from storage.backup import sequence_of
from storage.backup_contents import (
    Contents,
    File,
    Lines,
    Note,
    Stage,
    Tell,
    look_through,
    opened,
    pieces,
)
from storage.backup_file import writing
from storage.backup_rows import keys_of, row_of, tables_of
from storage.backup_tar import Broken
from storage.backup_thread import in_thread, while_told
from storage.damaged_file import damaged_aside, file_of, require_own
from storage.descent import OF_ITSELF
from storage.migrate import configuration
from storage.models import JobRow
from storage.restore_alone import alone, keep_out
from storage.restore_files import Arrivals
from storage.rows import DeliveryRow
from storage.trouble import sqlstate_of

log = logging.getLogger(__name__)

AT_ONCE = 500
"""Rows in one statement."""
WRONG_VALUE = "22"


async def restore(
    url: str, data_dir: Path, place: Path, *, tell: Tell, replace: bool = False
) -> Contents:
    """Raises InvalidRequest where something is there already or the file is no backup,
    Misconfigured where a newer program made it, and StorageFailed."""
    contents = await while_told(partial(look_through, place), tell)
    _require_known(contents.about.revision, "backup")
    arrivals = Arrivals(data_dir)
    if not replace:
        await in_thread(arrivals.require_empty)
    file = file_of(url)
    if file is not None:
        require_own(file)
    async with AsyncExitStack() as stack:
        if replace and file is not None:
            with writing(file):
                stack.enter_context(damaged_aside(file))
        connection = await stack.enter_async_context(alone(url))
        there = await connection.run_sync(_revision)
        if there is not None:
            _require_known(there, "database")
        try:
            await connection.run_sync(_begin, there or contents.about.revision)
            await keep_out(connection)
            if not replace:
                await _require_empty(connection)
            await in_thread(arrivals.begin, contents, file)
            await connection.run_sync(_empty, there, contents.about.revision)
            await _take_in(connection, arrivals, place, contents, tell)
            await connection.run_sync(_bring_up)
            await _let_nobody_hold(connection)
            await in_thread(arrivals.settle)
            await connection.commit()
        except BaseException as error:
            arrivals.give_up()
            if isinstance(error, StatementError) and _is_about_rows(error):
                raise Broken("its rows do not hold together") from error
            raise
    try:
        await in_thread(arrivals.forget)
    except OSError as error:
        log.warning("all is restored, but what lay aside for it is left: %s", error)
    return contents


def _require_known(revision: str, what: str) -> None:
    known = ScriptDirectory.from_config(configuration()).walk_revisions()
    if revision not in {script.revision for script in known}:
        raise Misconfigured(
            f"A newer Easel made that {what} (its revision is {revision}). Update Easel."
        )


def _is_about_rows(error: StatementError) -> bool:
    """What a database says of values that no Easel wrote."""
    return (
        isinstance(error, BrokenRule)
        or not isinstance(error, DBAPIError)
        or sqlstate_of(error).startswith(WRONG_VALUE)
        or (isinstance(error, InterfaceError | ProgrammingError) and not sqlstate_of(error))
    )


async def _require_empty(connection: AsyncConnection) -> None:
    for table in await connection.run_sync(tables_of):
        if table.name in OF_ITSELF:
            continue
        if await connection.scalar(select(func.count()).select_from(table)):
            raise InvalidRequest(
                f"The database is not empty: it has {table.name}. Name an empty one with "
                "EASEL_DATABASE_URL, or throw away what is there with --replace."
            )


def _begin(connection: Connection, revision: str) -> None:
    """A transaction in which there are tables."""
    command.upgrade(configuration(connection), revision)
    if connection.dialect.name != "sqlite":
        # Between two rows a slow disk is written to.
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


def _empty(connection: Connection, there: str | None, revision: str) -> None:
    """The tables of that revision with nothing in them."""
    for table in reversed(tables_of(connection)):
        connection.execute(delete(table))
    if there not in (None, revision):
        config = configuration(connection)
        config.attributes["begun"] = True
        command.downgrade(config, "base")
        command.upgrade(config, revision)


def _bring_up(connection: Connection) -> None:
    # SQLite does not look at it while tables change, and so not while rows come in.
    sqlite = connection.dialect.name == "sqlite"
    if sqlite and connection.execute(text("PRAGMA foreign_key_check")).first() is not None:
        raise Broken("its rows do not hold together")
    config = configuration(connection)
    config.attributes["begun"] = True
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


async def _take_in(
    connection: AsyncConnection, arrivals: Arrivals, place: Path, contents: Contents, tell: Tell
) -> None:
    tables = {table.name: table for table in await connection.run_sync(tables_of)}
    rows, all_rows, files = 0, sum(contents.rows.values()), 0
    with opened(place) as file:
        coming = pieces(file)
        # In a thread, as reading takes its time.
        while (piece := await in_thread(next, coming, None)) is not None:
            match piece:
                case Lines():
                    await _insert(connection, _known(tables, piece.table), piece.lines)
                    rows += len(piece.lines)
                    tell(Stage.ROWS, rows, all_rows)
                case File():
                    await in_thread(arrivals.picture, piece)
                    files += 1
                    tell(Stage.FILES, files, contents.files)
                case Note():
                    arrivals.note(piece)
                case Contents():
                    # Looked through once more on the way: it may have changed in between.
                    if piece != contents:
                        raise Broken("it was changed while it was read")
                    await _number(connection, tables, piece)
                    return
    raise Broken("it ends too early")


def _known(tables: dict[str, Table], name: str) -> Table:
    if name not in tables:
        raise Broken(f"there is no table {name}")
    return tables[name]


async def _insert(connection: AsyncConnection, table: Table, lines: list[bytes]) -> None:
    for start in range(0, len(lines), AT_ONCE):
        rows = [row_of(table, line) for line in lines[start : start + AT_ONCE]]
        await connection.execute(insert(table), rows)


async def _number(
    connection: AsyncConnection, tables: dict[str, Table], contents: Contents
) -> None:
    """What comes next gets higher numbers than were ever given, also to what is gone."""
    for name, table in tables.items():
        for key in await connection.run_sync(keys_of, table):
            given = contents.numbers.get(name, 0)
            if connection.dialect.name != "sqlite":
                sequence = await sequence_of(connection, name, key.name)
                if sequence is not None:
                    highest = max(given, await connection.scalar(select(func.max(key))) or 0)
                    if highest:
                        await connection.execute(select(func.setval(sequence, highest)))
            elif name in contents.numbers and await _counts(connection, name):
                highest = max(given, await connection.scalar(select(func.max(key))) or 0)
                forget = text("DELETE FROM sqlite_sequence WHERE name = :name")
                note = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)")
                await connection.execute(forget, {"name": name})
                await connection.execute(note, {"name": name, "seq": highest})


async def _counts(connection: AsyncConnection, table: str) -> bool:
    """SQLite remembers the numbers that it gave in that table."""
    made = text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name")
    told = await connection.scalar(made, {"name": table})
    return "AUTOINCREMENT" in (told or "")


async def _let_nobody_hold(connection: AsyncConnection) -> None:
    """Nobody paints jobs of this database, or has its deliveries in hand: a stop is no attempt."""
    await connection.execute(
        update(JobRow)
        .where(JobRow.status == Status.PAINTING)
        .values(
            status=Status.QUEUED,
            attempt=case((JobRow.attempt > 0, JobRow.attempt - 1), else_=0),
            worker="",
            lease=None,
        )
    )
    await connection.execute(
        update(DeliveryRow).where(DeliveryRow.done.is_(None)).values(worker="")
    )
