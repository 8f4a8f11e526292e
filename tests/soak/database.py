"""The database of a soak: a file, or a Postgres of its own that can be killed."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from storage.address import address_of, asyncpg_arguments
from tests.storage.server import OwnPostgres, own_postgres


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Somebody else may lock it for a while, and its server may die."""

    url: str
    folder: Path
    server: OwnPostgres | None = None

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """Nobody can write until it is over."""
        if self.server is None:
            # In a thread: it waits until nobody else writes.
            lock = await asyncio.to_thread(self._lock_file)
            try:
                yield
            finally:
                lock.close()
            return
        connection = await asyncpg.connect(**asyncpg_arguments(address_of(self.url)))
        try:
            # Others' statements in between would make it wait for them, and they for it.
            async with connection.transaction():
                await connection.execute("LOCK TABLE jobs IN EXCLUSIVE MODE")
                yield
        finally:
            with suppress(OSError, asyncpg.PostgresError):
                await connection.close()

    def _lock_file(self) -> sqlite3.Connection:
        lock = sqlite3.connect(self.file, timeout=30, isolation_level=None, check_same_thread=False)
        lock.execute("BEGIN IMMEDIATE")
        return lock

    @property
    def file(self) -> Path:
        return self.folder / "data" / "easel.db"

    @property
    def kept_in(self) -> Path:
        """What grows with what is kept, log ahead and all."""
        if self.server is None:
            return self.file
        return Path(str(address_of(self.url).query["host"]))

    async def crash(self, seconds: float) -> None:
        """Its server is killed, and started again after a while."""
        assert self.server is not None
        await asyncio.to_thread(self.server.kill)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(self.server.start)

    def flaws(self) -> list[str]:
        """What the file itself says of damage."""
        if self.server is not None:
            return []
        with closing(sqlite3.connect(self.file)) as connection:
            told = [line for (line,) in connection.execute("PRAGMA integrity_check")]
        return [f"the database is damaged: {line}" for line in told if line != "ok"]


@contextmanager
def open_database(folder: Path, *, postgres: bool) -> Iterator[Database]:
    """With Postgres the server is its own, and thrown away in the end."""
    if not postgres:
        file = folder / "data" / "easel.db"
        yield Database(url=f"sqlite:///{file}", folder=folder)
        return
    with own_postgres() as server, server.new_database() as name:
        yield Database(url=server.url_of(name), folder=folder, server=server)
