"""One transaction after the other, and its errors in plain words."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from storage.database import explaining

TURNS: WeakKeyDictionary[AsyncEngine, asyncio.Lock] = WeakKeyDictionary()


class Transactions:
    """What is done in one is done wholly or not at all."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._sessions = async_sessionmaker(
            engine,
            expire_on_commit=False,
            # Nobody looks at a row again after a statement has changed it, and finding out which
            # rows it would be takes as long as the statement.
            execution_options={"synchronize_session": False},
        )
        # SQLite has one writer at a time, and whoever finds it locked sleeps and tries again: of
        # many the unlucky would wait for seconds. Within a program they stand in a line instead.
        one_writer = engine.dialect.name == "sqlite"
        self._turn = TURNS.setdefault(engine, asyncio.Lock()) if one_writer else nullcontext()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        async with self._turn, self.read() as session:
            yield session

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """One that writes nothing, and so waits for nobody."""
        with explaining():
            async with self._sessions.begin() as session:
                yield session
