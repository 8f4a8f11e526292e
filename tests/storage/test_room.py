"""Whether what is painted next could be kept."""

import resource
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest

from engine.errors import StorageFailed
from engine.ports import Ledger
from storage.database import connect
from storage.ledger import SqlLedger
from storage.migrate import upgrade
from storage.pictures import PictureFiles
from storage.room import TRIED, Room
from storage.transactions import Transactions


@asynccontextmanager
async def a_ledger(folder: Path, pictures: Path | None = None) -> AsyncIterator[SqlLedger]:
    url = f"sqlite:///{folder / 'easel.db'}"
    await upgrade(url)
    async with connect(url, patience=0.01) as engine:
        yield SqlLedger(engine, PictureFiles(pictures or folder / "pictures"))


@contextmanager
def little_room() -> Iterator[None]:
    """No file of this program may grow as large as the one that is tried."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (TRIED - 1, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_where_all_is_well_nothing_is_said_and_nothing_is_left(ledger: Ledger) -> None:
    await ledger.try_writing()

    assert await ledger.tallies() == ({}, [])


async def test_nothing_is_left_on_the_disk(tmp_path: Path) -> None:
    async with a_ledger(tmp_path) as ledger:
        await ledger.try_writing()

        assert not list((tmp_path / "pictures").iterdir())


async def test_a_full_disk_is_told(tmp_path: Path) -> None:
    async with a_ledger(tmp_path) as ledger:
        with little_room(), pytest.raises(StorageFailed, match="disk of the database is full"):
            await ledger.try_writing()

        await ledger.try_writing()


async def test_a_folder_of_pictures_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "no folder").write_text("")

    async with a_ledger(tmp_path, tmp_path / "no folder" / "pictures") as ledger:
        with pytest.raises(StorageFailed, match="folder of the pictures cannot be written"):
            await ledger.try_writing()


async def test_what_lasts_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "no folder").write_text("")

    async with a_ledger(tmp_path, tmp_path / "no folder" / "pictures") as ledger:
        for _ in range(3):
            with pytest.raises(StorageFailed):
                await ledger.try_writing()

    assert len([each for each in caplog.messages if "nothing can be written" in each]) == 1


async def test_a_database_that_another_program_keeps_locked_is_told(tmp_path: Path) -> None:
    async with a_ledger(tmp_path) as ledger:
        with closing(sqlite3.connect(tmp_path / "easel.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            await ledger.workers()

            with pytest.raises(StorageFailed, match="locked"):
                await ledger.try_writing()

        await ledger.try_writing()


async def test_a_disk_that_is_nearly_full_is_told(tmp_path: Path) -> None:
    async with connect(f"sqlite:///{tmp_path / 'easel.db'}") as engine:
        room = Room(engine, Transactions(engine), tmp_path / "pictures", least=2**62)

        with pytest.raises(StorageFailed, match="Make room"):
            await room.require()
