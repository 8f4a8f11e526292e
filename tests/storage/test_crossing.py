"""How often SQLite's thread is asked, and what is left of a statement that nobody waits for."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.database import connect
from storage.rows import TierRow
from storage.transactions import Transactions

GOLD = {"name": "gold", "rank": 1, "roles": [], "terms": {}}
ASKED = "executing"


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    async with connect(f"sqlite:///{tmp_path / 'easel.db'}", patience=20) as engine:
        async with engine.begin() as connection:
            await connection.run_sync(TierRow.metadata.create_all)
        yield engine


def crossings(caplog: pytest.LogCaptureFixture) -> int:
    return sum(record.msg.startswith(ASKED) for record in caplog.records)


async def test_what_only_reads_crosses_once_for_each_statement(
    engine: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    transactions = Transactions(engine)
    caplog.set_level(logging.DEBUG, "aiosqlite")

    async with transactions.read() as session:
        assert (await session.scalars(select(func.count()).select_from(TierRow))).all() == [0]
        assert (await session.scalars(select(TierRow))).all() == []

    assert crossings(caplog) == 2


async def test_what_writes_crosses_once_more_to_commit(
    engine: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    transactions = Transactions(engine)
    caplog.set_level(logging.DEBUG, "aiosqlite")

    async with transactions.begin() as session:
        answer = await session.execute(insert(TierRow).returning(TierRow.rank), GOLD)
        assert answer.scalars().all() == [1]

    assert crossings(caplog) == 2


async def test_rows_can_be_read_a_few_at_a_time(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(insert(TierRow), [GOLD, {**GOLD, "name": "silver"}])

    async with engine.connect() as connection:
        rows = await connection.execute(select(TierRow.name).order_by(TierRow.name))

        assert rows.fetchmany() == [("gold",)]
        assert rows.fetchmany(5) == [("silver",)]


async def test_what_is_given_up_is_taken_back(engine: AsyncEngine, tmp_path: Path) -> None:
    transactions = Transactions(engine)

    async def give_up() -> None:
        async with transactions.begin() as session:
            await session.execute(insert(TierRow), GOLD)
            raise RuntimeError("given up")

    with pytest.raises(RuntimeError, match="given up"):
        await give_up()

    async with transactions.read() as session:
        assert (await session.scalars(select(TierRow.name))).all() == []
    can_be_written(tmp_path / "easel.db")


@pytest.mark.parametrize("turns", range(0, 60, 3))
async def test_a_statement_that_nobody_waits_for_any_more_leaves_nothing_open(
    engine: AsyncEngine, tmp_path: Path, turns: int
) -> None:
    transactions = Transactions(engine)

    async def write() -> None:
        async with transactions.begin() as session:
            await session.execute(insert(TierRow), GOLD)

    with closing(sqlite3.connect(tmp_path / "easel.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(write())
        for _ in range(turns):
            await asyncio.sleep(0)
        writing.cancel()
        other.rollback()
    await asyncio.gather(writing, return_exceptions=True)

    async with transactions.read() as session:
        assert (await session.scalars(select(TierRow.name))).all() == []
    can_be_written(tmp_path / "easel.db")


def can_be_written(database: Path) -> None:
    """By somebody else, who waits for nobody."""
    with closing(sqlite3.connect(database, timeout=0)) as another:
        another.execute("BEGIN IMMEDIATE")
