"""Away: a server that is not there yet, which is waited for."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import asyncpg

from storage.address import address_of, asyncpg_arguments
from storage.postgres import passes
from storage.trouble import sentence_of

log = logging.getLogger(__name__)

PAUSE_S = 1.0
GOODBYE_S = 5.0


async def until_there(url: str, tell: Callable[[str], None], *, pause: float = PAUSE_S) -> None:
    """Until the server answers, however long that takes; `tell` gets what is waited for.

    What waiting does not mend is left to whoever opens the database, who says so. A file is there
    or is not.
    """
    address = address_of(url)
    if address.get_backend_name() == "sqlite":
        return
    arguments, said = asyncpg_arguments(address), ""
    while problem := await _away(arguments):
        if problem != said:
            log.warning("Easel waits for the database. %s", problem)
            tell(problem)
            said = problem
        await asyncio.sleep(pause)
    if said:
        log.warning("the database answers now")
        tell("")


async def _away(arguments: dict[str, Any]) -> str:
    try:
        connection = await asyncpg.connect(**arguments)
    except (OSError, asyncpg.PostgresError) as error:
        return sentence_of(error) if passes(error) else ""
    except (asyncpg.InterfaceError, asyncpg.InternalClientError, ValueError):
        return ""
    await connection.close(timeout=GOODBYE_S)
    return ""
