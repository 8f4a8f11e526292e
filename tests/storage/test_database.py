"""Opening a database, and sentences for what is wrong with it."""

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from engine.errors import Misconfigured, StorageFailed
from storage.database import connect
from storage.ledger import SqlLedger
from storage.migrate import upgrade
from storage.picture_rows import row_of_picture
from storage.pictures import PictureFiles
from tests.storage.samples import ALICE, NOON, a_job, pictures_of


async def open_and_close(url: str) -> None:
    async with connect(url, patience=0.01):
        pass


async def record_many(ledger: SqlLedger) -> None:
    for number in range(500):
        await ledger.record(a_job(id=f"job {number}"))


async def test_a_database_makes_its_own_folder(tmp_path: Path) -> None:
    await open_and_close(f"sqlite:///{tmp_path / 'new' / 'data' / 'easel.db'}")

    assert (tmp_path / "new" / "data" / "easel.db").is_file()


async def test_every_connection_is_careful(tmp_path: Path) -> None:
    asked = ["journal_mode", "busy_timeout", "synchronous", "foreign_keys"]

    async with (
        connect(f"sqlite:///{tmp_path / 'easel.db'}", patience=1.5) as engine,
        engine.connect() as first,
        engine.connect() as second,
    ):
        answers = [
            [(await connection.exec_driver_sql(f"PRAGMA {name}")).scalar() for name in asked]
            for connection in [first, second]
        ]

    assert answers == [["wal", 1500, 1, 1]] * 2


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")

    with pytest.raises(Misconfigured, match=str(tmp_path / "data")):
        await open_and_close(f"sqlite:///{tmp_path / 'data' / 'easel.db'}")


async def test_a_folder_in_the_place_of_the_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "easel.db").mkdir()

    with pytest.raises(Misconfigured, match=r"easel\.db cannot be opened for writing"):
        await open_and_close(f"sqlite:///{tmp_path / 'easel.db'}")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(Misconfigured, match=r"easel\.db cannot be opened for writing"):
        asyncio.run(open_and_close(f"sqlite:///{tmp_path / 'easel.db'}"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_database_that_may_only_be_read_is_named(tmp_path: Path) -> None:
    asyncio.run(upgrade(f"sqlite:///{tmp_path / 'easel.db'}"))
    (tmp_path / "easel.db").chmod(0o400)

    with pytest.raises(Misconfigured, match=r"easel\.db cannot be opened for writing"):
        asyncio.run(open_and_close(f"sqlite:///{tmp_path / 'easel.db'}"))


def test_a_program_that_cannot_open_its_database_says_nothing_more(tmp_path: Path) -> None:
    for _ in range(20):
        with pytest.raises(Misconfigured):
            asyncio.run(open_and_close(f"sqlite:///{tmp_path}"))


async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    letter = tmp_path / "easel.db"
    letter.write_text("Dear diary, " * 100)

    with pytest.raises(Misconfigured, match="is no SQLite database"):
        await open_and_close(f"sqlite:///{letter}")

    assert letter.read_text() == "Dear diary, " * 100


async def test_a_database_that_another_program_keeps_locked_is_said(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "easel.db")) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(StorageFailed, match="keeps the database locked"):
            await open_and_close(f"sqlite:///{tmp_path / 'easel.db'}")


async def test_a_lock_during_work_is_said_and_then_over(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'easel.db'}"
    await upgrade(url)
    async with connect(url, patience=0.01) as engine:
        ledger = SqlLedger(engine, PictureFiles(tmp_path))
        with closing(sqlite3.connect(tmp_path / "easel.db")) as other:
            other.execute("BEGIN IMMEDIATE")

            with pytest.raises(StorageFailed, match="keeps the database locked"):
                await ledger.record(a_job())
            readable = await ledger.unfinished()

        recorded = await ledger.record(a_job())

    assert not readable
    assert recorded == a_job()


async def test_a_disk_that_fills_up_is_said(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'easel.db'}"
    await upgrade(url)
    async with connect(url) as engine:
        ledger = SqlLedger(engine, PictureFiles(tmp_path))
        async with engine.connect() as connection:
            # SQLite answers "full" to the largest allowed number of pages as to a full disk.
            await connection.exec_driver_sql("PRAGMA max_page_count = 1")

        with pytest.raises(StorageFailed, match="disk of the database is full"):
            await record_many(ledger)


async def test_a_missing_table_is_a_sentence_without_sql(tmp_path: Path) -> None:
    async with connect(f"sqlite:///{tmp_path / 'easel.db'}") as engine:
        ledger = SqlLedger(engine, PictureFiles(tmp_path))

        with pytest.raises(StorageFailed) as failed:
            await ledger.unfinished()

    assert "SELECT" not in str(failed.value)


async def test_a_picture_belongs_to_a_job(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'easel.db'}"
    await upgrade(url)

    [picture] = pictures_of(a_job())
    async with connect(url) as engine, AsyncSession(engine) as session:
        session.add(row_of_picture("ghost", 0, ALICE.id, picture, "1f", NOON))

        with pytest.raises(IntegrityError, match="FOREIGN KEY"):
            await session.flush()


async def test_work_that_is_called_off_leaves_the_ledger_usable(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'easel.db'}"
    await upgrade(url)
    async with connect(url) as engine:
        ledger = SqlLedger(engine, PictureFiles(tmp_path))
        for turns in range(12):
            work = asyncio.create_task(ledger.record(a_job(id=f"job {turns}")))
            for _ in range(turns):
                await asyncio.sleep(0)
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

        recorded = await ledger.record(a_job(id="after"))

    assert recorded == a_job(id="after")
