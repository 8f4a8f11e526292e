"""The connection to the database, and what its errors mean in plain words."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from engine.errors import Misconfigured, StorageFailed

log = logging.getLogger(__name__)

PATIENCE_S = 5.0
EXAMPLE = "sqlite:///data/easel.db"

ASYNC_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}

SENTENCES = {
    "SQLITE_BUSY": "Another program keeps the database locked. Try again in a moment.",
    "SQLITE_LOCKED": "Another program keeps the database locked. Try again in a moment.",
    "SQLITE_FULL": "The disk of the database is full. Make room, then try again.",
    "SQLITE_READONLY": "The database cannot be written to. Give Easel the right to write it.",
    "SQLITE_CANTOPEN": "The database cannot be opened. Give Easel the right to read and write it.",
    "SQLITE_PERM": "The database cannot be opened. Give Easel the right to read and write it.",
    "SQLITE_NOTADB": "The database file is damaged, or is no database. Restore a copy of it.",
    "SQLITE_CORRUPT": "The database file is damaged. Restore a copy of it.",
    "SQLITE_IOERR": "The disk of the database cannot be read or written. Look after the disk.",
}
"""By the first part of SQLite's own name for what went wrong."""


@asynccontextmanager
async def connect(url: str, *, patience: float = PATIENCE_S) -> AsyncIterator[AsyncEngine]:
    """Open the database and close it in the end. `patience`: seconds to wait for a lock.

    Raises Misconfigured where there cannot be a database, StorageFailed where it is in trouble.
    """
    address = address_of(url)
    engine = create_async_engine(address)
    if address.database and address.get_backend_name() == "sqlite":
        await asyncio.to_thread(_try, Path(address.database), patience)
        _prepare_every_connection(engine, patience)
    try:
        yield engine
    finally:
        await engine.dispose()


def address_of(url: str) -> URL:
    """The address as SQLAlchemy wants it, out of one as people write it."""
    try:
        address = make_url(url)
    except ArgumentError:
        raise Misconfigured(f"The database address is not understood. Try {EXAMPLE}.") from None
    kind = address.drivername.partition("+")[0]
    if kind not in ASYNC_DRIVERS:
        raise Misconfigured(
            f"Easel cannot keep its ledger in “{kind}”: SQLite and Postgres it can. Try {EXAMPLE}."
        )
    address = address.set(drivername=ASYNC_DRIVERS[kind])
    if kind != "sqlite":
        return address
    if not address.database or address.database == ":memory:":
        raise Misconfigured(f"The database address names no file. Try {EXAMPLE}.")
    return address.set(database=str(Path(address.database).expanduser()))


@contextmanager
def explaining() -> Iterator[None]:
    """Turn the errors of the database into StorageFailed, with a sentence that says the mend.

    A broken constraint is left as it is: it is a race that the caller knows, or a bug.
    """
    try:
        yield
    except IntegrityError:
        raise
    except (DBAPIError, NoFreeConnection, OSError) as error:
        # Only the driver's own words: the statement around them holds what people wrote.
        log.error("the database failed: %s", getattr(error, "orig", error))
        raise StorageFailed(_sentence(error)) from error


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(
            f"There is no folder {folder} for the database, and none can be made: "
            f"{error.strerror}. Choose another folder, or give Easel the right to write there."
        ) from error


def _prepare_every_connection(engine: AsyncEngine, patience: float) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: PoolProxiedConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {round(patience * 1000)}")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()


def _try(database: Path, patience: float) -> None:
    """Find out what is wrong before there is a pool.

    By sqlite3 itself, because an aiosqlite connection that could not be opened leaves a thread
    behind that fails loudly when the program then ends.
    """
    _make_folder(database.parent)
    try:
        with closing(sqlite3.connect(database, timeout=patience)) as connection:
            # The file remembers this one; the other PRAGMAs are said to every connection.
            connection.execute("PRAGMA journal_mode = WAL")
            # Closing takes it back. To BEGIN alone SQLite says yes even where it may only read.
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("CREATE TABLE attempt (to_write)")
    except sqlite3.Error as error:
        match _sqlite_name(error):
            case "SQLITE_NOTADB":
                raise Misconfigured(
                    f"{database} is no SQLite database. "
                    "Move it away, or choose another file for the database."
                ) from error
            case "SQLITE_CANTOPEN" | "SQLITE_READONLY" | "SQLITE_PERM":
                raise Misconfigured(
                    f"The database {database} cannot be opened for writing. "
                    "Give Easel the right to write it and its folder, or choose another file."
                ) from error
            case _:
                log.error("the database %s failed: %s", database, error)
                raise StorageFailed(_sentence(error)) from error


def _sentence(error: Exception) -> str:
    if isinstance(error, NoFreeConnection):
        return "The database is busier than it can bear. Try again in a moment."
    if isinstance(error, OSError):
        return "The database does not answer. Start it, or correct its address."
    return SENTENCES.get(
        _sqlite_name(error), "The database could not do that. The log says what it answered."
    )


def _sqlite_name(error: Exception) -> str:
    """Like SQLITE_BUSY, without what SQLite adds to it: SQLITE_BUSY_SNAPSHOT is one too."""
    name = getattr(getattr(error, "orig", error), "sqlite_errorname", "")
    return "_".join(name.split("_")[:2])
