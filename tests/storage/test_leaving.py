"""Who deletes a picture and who stores one of the same bytes never take each other's file away."""

import asyncio
import hashlib
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, func, select, text

from engine.errors import NotFound, StorageFailed
from engine.ports import Ledger
from engine.request import ImageRequest
from storage.archive import SqlArchive
from storage.database import connect
from storage.ledger import SqlLedger
from storage.pictures import PictureFiles
from tests.storage.samples import (
    ALICE,
    BOB,
    LATER,
    NOON,
    a_job,
    begun_job,
    painted_job,
    pictures_of,
)
from tests.storage.waiting_files import HoldingFiles, SlowToGo, WaitingFiles

SAME = b"the same picture"


@dataclass
class Two:
    """Two programs on one database and one folder."""

    url: str
    folder: Path
    ledger: SqlLedger
    archive: SqlArchive

    def path_of(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest[2:4] / digest

    async def is_free(self, digest: str) -> bool:
        """Whether it is nobody's turn to store or to remove it."""
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=0)) as file:
                try:
                    file.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError:
                    return False
                return True
        key = int.from_bytes(bytes.fromhex(digest[:16]), signed=True)
        async with connect(self.url) as engine, engine.begin() as connection:
            taking = select(func.pg_try_advisory_xact_lock(key))
            return bool(await connection.scalar(taking))


@pytest.fixture
async def two(database_url: str, tmp_path: Path) -> AsyncIterator[Two]:
    async with connect(database_url, patience=20) as engine:
        files = PictureFiles(tmp_path)
        yield Two(
            url=database_url,
            folder=tmp_path,
            ledger=SqlLedger(engine, files),
            archive=SqlArchive(engine, files),
        )


async def paint(ledger: Ledger, name: str, *, owner: bool = True) -> None:
    job = await begun_job(ledger, a_job(id=name, owner=ALICE if owner else BOB))
    await ledger.finish(name, job.attempt, [replace(pictures_of(job)[0], png=SAME)], LATER)


async def test_a_file_deleted_between_keeping_and_naming_it_is_written_anew(two: Two) -> None:
    await paint(two.ledger, "first")
    [first] = await two.archive.page(ALICE.id)
    files = WaitingFiles(two.folder)
    async with connect(two.url, patience=20) as engine:
        painting = asyncio.create_task(paint(SqlLedger(engine, files), "second", owner=False))
        await files.kept.wait()

        await two.archive.remove(ALICE.id, [first.number])
        with pytest.raises(NotFound):
            await two.ledger.file(first.file)
        files.gate.set()
        await painting

    [second] = await two.archive.page(BOB.id)
    assert (second.file, await two.ledger.file(second.file)) == (first.file, SAME)


async def test_who_deletes_waits_for_who_stores_the_same(postgres_url: str, tmp_path: Path) -> None:
    # In SQLite whoever writes is alone in any case.
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    holding = HoldingFiles(tmp_path)
    async with (
        connect(postgres_url, patience=20) as engine,
        connect(postgres_url, patience=20) as other,
        other.connect() as looking,
    ):
        ledger = SqlLedger(engine, PictureFiles(tmp_path))
        archive = SqlArchive(engine, PictureFiles(tmp_path))
        await paint(ledger, "first")
        [first] = await archive.page(ALICE.id)
        painting = asyncio.create_task(paint(SqlLedger(other, holding), "second", owner=False))
        await holding.seen.wait()

        deleting = asyncio.create_task(archive.remove(ALICE.id, [first.number]))
        while not deleting.done() and not await looking.scalar(waiting):
            pass
        holding.gate.set()
        await asyncio.gather(painting, deleting)

        [second] = await archive.page(BOB.id)
        assert await ledger.file(second.file) == SAME
        assert not await archive.page(ALICE.id)


async def test_many_who_delete_and_many_who_store_leave_no_picture_without_a_file(
    two: Two,
) -> None:
    await paint(two.ledger, "first")

    async def store(name: str) -> None:
        await paint(two.ledger, name)

    async def delete() -> None:
        numbers = [picture.number for picture in await two.archive.page(ALICE.id)]
        await two.archive.remove(ALICE.id, numbers)

    for turn in range(6):
        await asyncio.gather(*[store(f"{turn}-{n}") for n in range(3)], delete(), delete())
        for picture in await two.archive.page(ALICE.id):
            assert await two.ledger.file(picture.file) == SAME


async def test_where_the_row_stays_the_file_stays(two: Two) -> None:
    await paint(two.ledger, "first")
    [first] = await two.archive.page(ALICE.id)

    def fail(_: Connection) -> None:
        raise StorageFailed("The database is gone.")

    async with connect(two.url) as engine:
        archive = SqlArchive(engine, PictureFiles(two.folder))
        event.listen(engine.sync_engine, "commit", fail)
        with pytest.raises(StorageFailed, match="is gone"):
            await archive.remove(ALICE.id, [first.number])

    assert await two.archive.page(ALICE.id) == [first]
    assert await two.ledger.file(first.file) == SAME


async def test_where_a_file_cannot_be_removed_the_others_go_and_that_is_said(two: Two) -> None:
    job = await begun_job(two.ledger, a_job(id="both", tiles=2))
    await two.ledger.finish("both", job.attempt, pictures_of(job), LATER)
    first, second = await two.archive.page(ALICE.id)
    # A folder in the place of the file cannot be removed like one.
    path = two.path_of(first.file)
    path.unlink()
    path.mkdir()

    with pytest.raises(StorageFailed, match="tries again by itself"):
        await two.archive.remove(ALICE.id, [first.number, second.number])

    assert not await two.archive.page(ALICE.id)
    assert not two.path_of(second.file).exists()


async def test_who_removes_a_file_has_its_turn_until_it_is_gone(two: Two) -> None:
    await paint(two.ledger, "first")
    [first] = await two.archive.page(ALICE.id)
    files = SlowToGo(two.folder)
    async with connect(two.url, patience=20) as engine:
        archive = SqlArchive(engine, files)
        deleting = asyncio.create_task(archive.remove(ALICE.id, [first.number]))
        await asyncio.to_thread(files.going.wait)

        free = await two.is_free(first.file)
        files.gate.set()
        await deleting

    assert not free
    assert await two.is_free(first.file)


async def test_who_uploads_a_file_has_its_turn_until_its_row_is_there(two: Two) -> None:
    holding = HoldingFiles(two.folder)
    async with connect(two.url, patience=20) as engine:
        ledger = SqlLedger(engine, holding)
        uploading = asyncio.create_task(ledger.keep(ALICE.id, SAME, NOON))
        await holding.seen.wait()

        free = await two.is_free(hashlib.sha256(SAME).hexdigest())
        holding.gate.set()
        await uploading

    assert not free


async def test_an_upload_that_is_removed_before_its_row_is_there_is_written_anew(two: Two) -> None:
    files = WaitingFiles(two.folder)
    async with connect(two.url, patience=20) as engine:
        ledger = SqlLedger(engine, files)
        uploading = asyncio.create_task(ledger.keep(ALICE.id, SAME, NOON))
        await files.kept.wait()

        two.path_of(hashlib.sha256(SAME).hexdigest()).unlink()
        files.gate.set()

        assert await two.ledger.file(await uploading) == SAME


async def test_who_gives_up_a_delete_leaves_no_picture_without_its_file(two: Two) -> None:
    await paint(two.ledger, "first")
    [first] = await two.archive.page(ALICE.id)
    files = SlowToGo(two.folder)
    async with connect(two.url, patience=20) as engine:
        archive = SqlArchive(engine, files)
        deleting = asyncio.create_task(archive.remove(ALICE.id, [first.number]))
        await asyncio.to_thread(files.going.wait)

        deleting.cancel()
        files.gate.set()
        await asyncio.wait([deleting])

    assert deleting.cancelled()
    assert not await two.archive.page(ALICE.id)
    assert not two.path_of(first.file).exists()


async def test_who_deletes_and_who_uploads_the_same_again_and_again_wait_for_no_ends(
    two: Two,
) -> None:
    async def upload(minute: int) -> None:
        source = await two.ledger.keep(ALICE.id, b"a photo", NOON + timedelta(minutes=minute))
        job = a_job(id=str(minute), submitted=NOON + timedelta(minutes=minute))
        request = ImageRequest(prompt="a fox", image=source)
        await painted_job(two.ledger, replace(job, request=request))

    async def delete() -> None:
        numbers = [picture.number for picture in await two.archive.page(ALICE.id)]
        await two.archive.remove(ALICE.id, numbers)

    for turn in range(6):
        await asyncio.gather(*(upload(3 * turn + n) for n in range(3)), delete(), delete())
        for picture in await two.archive.page(ALICE.id):
            source = (await two.ledger.job(picture.job)).request.image
            assert source is not None
            assert await two.ledger.file(source) == b"a photo"
