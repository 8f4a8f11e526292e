"""Alone with a database: nobody else has it open, and whoever comes waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.errors import InvalidRequest
from storage.backup_rows import tables_of
from storage.database import connect, explaining
from storage.trouble import sqlite_name_of, sqlstate_of

LOOKS, PAUSE_S = 20, 0.1
"""How often, and how far apart, it is looked whether others are there: one may just have ended."""
LOCKED = "55P03"
VERSION = "alembic_version"
# Of other roles not everybody is told what they do, but always who they are. What the server does
# by itself is nobody's.
OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid() AND usesysid IS NOT NULL "
    "AND coalesce(backend_type, 'client backend') = 'client backend'"
)


@asynccontextmanager
async def alone(url: str) -> AsyncIterator[AsyncConnection]:
    """Raises InvalidRequest where somebody has it open. In Postgres whoever comes is kept out only
    from `keep_out` on."""
    async with connect(url, longest=None) as engine:
        with explaining():
            async with engine.connect() as connection:
                if engine.dialect.name == "sqlite":
                    await _close_to_others(connection)
                else:
                    await _require_no_others(connection)
                    await connection.commit()
                yield connection


async def keep_out(connection: AsyncConnection) -> None:
    """Until the transaction ends. Raises InvalidRequest where somebody has come since."""
    if connection.dialect.name == "sqlite":
        return  # it is closed to them already
    tables = [table.name for table in await connection.run_sync(tables_of)]
    if await connection.run_sync(lambda sync: inspect(sync).has_table(VERSION)):
        tables.append(VERSION)
    try:
        await connection.execute(text(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE"))
    except DBAPIError as error:
        if sqlstate_of(error) != LOCKED:
            raise
        raise in_use() from error
    await _require_no_others(connection)


async def _close_to_others(connection: AsyncConnection) -> None:
    try:
        await connection.exec_driver_sql("PRAGMA locking_mode = EXCLUSIVE")
        # Only who is alone may leave the log that all share.
        await connection.exec_driver_sql("PRAGMA journal_mode = DELETE")
        await connection.exec_driver_sql("PRAGMA synchronous = FULL")
        await connection.commit()
    except DBAPIError as error:
        if sqlite_name_of(error) not in {"SQLITE_BUSY", "SQLITE_LOCKED"}:
            raise
        raise in_use() from error


async def _require_no_others(connection: AsyncConnection) -> None:
    for _ in range(LOOKS):
        # What was seen once would be seen until the transaction ends.
        await connection.execute(text("SELECT pg_stat_clear_snapshot()"))
        if not await connection.scalar(OTHERS):
            return
        await asyncio.sleep(PAUSE_S)
    raise in_use()


def in_use() -> InvalidRequest:
    return InvalidRequest(
        "Another program has that database open. Stop every Easel that uses it, and whatever else "
        "is connected to it, then try again."
    )
