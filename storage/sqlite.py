"""SQLite: a file that several programs may have open."""

import logging
import os
import sqlite3
import stat
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from engine.errors import Misconfigured, StorageFailed
from storage.trouble import sentence_of, sqlite_name_of

log = logging.getLogger(__name__)

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def prepare_every_connection(engine: AsyncEngine, patience: float) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: PoolProxiedConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {round(patience * 1000)}")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()


def try_file(database: Path, patience: float) -> None:
    """Find out what is wrong before there is a pool.

    By sqlite3 itself, because an aiosqlite connection that could not be opened leaves a thread
    behind that fails loudly when the program then ends.
    """
    _make_folder(database.parent)
    try:
        _make_private(database)
        with closing(sqlite3.connect(database, timeout=patience)) as connection:
            # The file remembers this one; the other PRAGMAs are said to every connection.
            connection.execute("PRAGMA journal_mode = WAL")
            # Closing takes it back. To BEGIN alone SQLite says yes even where it may only read.
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("CREATE TABLE attempt (to_write)")
    except sqlite3.Error as error:
        match sqlite_name_of(error):
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
                raise StorageFailed(sentence_of(error)) from error


def _make_private(database: Path) -> None:
    """It holds what people asked for and what answers in our name; SQLite would let all read it."""
    # Whatever is wrong with the place SQLite itself finds out, and says which it is.
    with suppress(OSError):
        os.close(os.open(database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    for ending in ("", "-wal", "-shm"):
        # One that is another's stays as it is.
        with suppress(OSError):
            _take_from_others(database.with_name(database.name + ending))


def _take_from_others(file: Path) -> None:
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & OTHERS:
        file.chmod(mode & ~OTHERS)


def _make_folder(folder: Path) -> None:
    """Pictures lie there too, with the words they were painted by."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(
            f"There is no folder {folder} for the database, and none can be made: "
            f"{error.strerror}. Choose another folder, or give Easel the right to write there."
        ) from error
