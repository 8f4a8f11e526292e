"""Who deletes a picture and who stores one of the same bytes never take each other's file away."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text

from engine.errors import NotFound, StorageFailed
from engine.ports import Ledger
from storage.archive import SqlArchive
from storage.database import connect
from storage.ledger import SqlLedger
from storage.pictures import LEAVING, PictureFiles
from tests.storage.samples import ALICE, BOB, LATER, a_job, begun_job, pictures_of

SAME = b"the same picture"


class WaitingFiles(PictureFiles):
    """Kept files of which nobody has a row yet: whoever keeps one waits until the gate opens."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.kept, self.gate = asyncio.Event(), asyncio.Event()

    async def keep(self, file: bytes) -> str:
        digest = await super().keep(file)
        self.kept.set()
        await self.gate.wait()
        return digest


class HoldingFiles(PictureFiles):
    """Whoever has seen that a file is there waits until the gate opens, and only then commits."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.seen, self.gate = asyncio.Event(), asyncio.Event()

    async def stay(self, digest: str, file: bytes) -> None:
        await super().stay(digest, file)
        self.seen.set()
        await self.gate.wait()


@dataclass
class Two:
    """Two programs on one database and one folder."""

    url: str
    folder: Path
    ledger: SqlLedger
    archive: SqlArchive


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


async def test_what_cannot_be_removed_stays_whole(two: Two) -> None:
    await paint(two.ledger, "first")
    [first] = await two.archive.page(ALICE.id)
    # Nothing can take the place of a folder that is not empty.
    aside = two.folder / first.file[:2] / first.file[2:4] / f"{first.file}{LEAVING}"
    (aside / "in the way").mkdir(parents=True)

    with pytest.raises(StorageFailed, match="cannot be deleted"):
        await two.archive.remove(ALICE.id, [first.number])

    assert await two.archive.page(ALICE.id) == [first]
    assert await two.ledger.file(first.file) == SAME


async def test_nothing_is_left_aside(two: Two) -> None:
    await paint(two.ledger, "first")
    [first] = await two.archive.page(ALICE.id)

    await two.archive.remove(ALICE.id, [first.number])

    assert not [path for path in two.folder.rglob("*") if path.suffix == LEAVING]
    assert not list(two.folder.rglob(first.file))
