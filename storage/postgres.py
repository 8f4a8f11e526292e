"""Postgres: a server that may be away for a moment."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import asyncpg
from sqlalchemy import URL, String, func, select
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.errors import Misconfigured, StorageFailed
from storage.address import asyncpg_arguments
from storage.trouble import WRONG_ADDRESS, is_about_tls, sentence_of, sqlstate_of

log = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.02, 0.5
LEAST_IDLE_S = 1.0
PASSING = ("08", "57P", "53300")
"""What may be over in a moment: the server restarts, or others have all its connections."""
WRONG_PARAMETER = ("22", "42")
ABOUT = select(
    func.current_setting("server_encoding", type_=String),
    func.current_setting("transaction_read_only", type_=String),
)

Connecting = Callable[[], Awaitable[asyncpg.Connection]]


def connecting(address: URL, *, patience: float, longest: float | None) -> Connecting:
    """How the pool gets a connection: a server that is away is waited for.

    `patience` is also how long a statement waits for a lock; `longest`, how long for its end.
    """
    arguments = asyncpg_arguments(address)

    async def connect() -> asyncpg.Connection:
        clock = asyncio.get_running_loop().time
        enough, pause = clock() + patience, FIRST_PAUSE_S
        while True:
            try:
                connection = await asyncpg.connect(**arguments, command_timeout=longest)
                break
            except (OSError, asyncpg.PostgresError) as error:
                if not passes(error) or clock() + pause > enough:
                    raise
                log.info("the database is away: %s", error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
        try:
            # Said now and not while connecting: a pooler refuses settings that it does not know.
            await connection.execute(f"SET lock_timeout = {max(1, round(patience * 1000))}")
            # A program that is stopped in the middle of its work holds nobody up for longer.
            idle = round(max(LEAST_IDLE_S, 2 * patience) * 1000)
            await connection.execute(f"SET idle_in_transaction_session_timeout = {idle}")
        except BaseException:
            # Also where the work is called off: nobody else knows of the connection yet.
            connection.terminate()
            raise
        return connection

    return connect


async def try_server(engine: AsyncEngine) -> None:
    """Find out what is wrong before there is work. The connection stays in the pool for it."""
    try:
        async with engine.connect() as connection:
            letters, read_only = (await connection.execute(ABOUT)).one()
    except (DBAPIError, OSError) as error:
        log.error("the database failed: %s", getattr(error, "orig", error))
        if is_about_tls(error) or sqlstate_of(error).startswith(WRONG_ADDRESS):
            raise Misconfigured(sentence_of(error)) from error
        if isinstance(error, InterfaceError) or sqlstate_of(error).startswith(WRONG_PARAMETER):
            raise Misconfigured(
                f"Something in the database address will not do: {getattr(error, 'orig', error)}. "
                "Correct it."
            ) from error
        raise StorageFailed(sentence_of(error)) from error
    if letters != "UTF8":
        raise Misconfigured(
            f"The database keeps its texts as {letters}, which lacks letters that people write. "
            "Make one with: CREATE DATABASE easel ENCODING 'UTF8' TEMPLATE template0."
        )
    if read_only == "on":
        raise Misconfigured(
            "The database may only be read: it is a copy of another one, or set to be so. "
            "Give the address of the one that is written to."
        )


def passes(error: Exception) -> bool:
    """True where it may be over in a moment."""
    if isinstance(error, OSError):
        return not is_about_tls(error)
    return sqlstate_of(error).startswith(PASSING)
