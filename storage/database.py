"""The connection to the database, and what its errors mean in plain words."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from engine.errors import StorageFailed
from storage.address import address_of
from storage.crossing import Driver
from storage.postgres import connecting, try_server
from storage.sqlite import prepare_every_connection, try_file
from storage.trouble import sentence_of

log = logging.getLogger(__name__)

PATIENCE_S = 5.0
LONGEST_S = 60.0


@asynccontextmanager
async def connect(
    url: str, *, patience: float = PATIENCE_S, longest: float | None = LONGEST_S
) -> AsyncIterator[AsyncEngine]:
    """Open the database and close it in the end.

    `patience`: seconds to wait for a lock, and for a server that is away. `longest`: seconds after
    which a server that does not answer a statement is given up.
    Raises Misconfigured where there cannot be a database, StorageFailed where it is in trouble.
    """
    address = address_of(url)
    if address.get_backend_name() == "sqlite":
        engine = await _open_file(address, patience)
    else:
        engine = create_async_engine(
            address.set(query={}),
            # What people wrote is in the parameters, and errors end up in the log.
            hide_parameters=True,
            async_creator=connecting(address, patience=patience, longest=longest),
            # A server that was restarted meanwhile is noticed before anything is asked of it.
            pool_pre_ping=True,
        )
    try:
        if address.get_backend_name() != "sqlite":
            await try_server(engine)
        yield engine
    finally:
        await engine.dispose()


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
        raise StorageFailed(sentence_of(error)) from error


async def _open_file(address: URL, patience: float) -> AsyncEngine:
    file = Path(str(address.database))
    await asyncio.to_thread(try_file, file, patience)
    engine = create_async_engine(
        address,
        module=Driver(),
        hide_parameters=True,
        # The connection that was used last has in its memory what is asked next.
        pool_use_lifo=True,
    )
    prepare_every_connection(engine, patience)
    return engine
