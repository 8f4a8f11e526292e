"""A backup, and what is restored from it, on each kind of database and from one to the other."""

import asyncio
import json
import os
import shutil
import tarfile
from datetime import timedelta
from pathlib import Path

import pytest

from engine.errors import EaselError, InvalidRequest, StorageFailed
from engine.job import Status
from engine.search import Search
from storage.archive import SqlArchive
from storage.backup import back_up
from storage.backup_contents import Stage
from storage.database import connect
from storage.keys import SqlKeys
from storage.ledger import SqlLedger
from storage.outbox import SqlOutbox
from storage.pictures import PictureFiles
from tests.storage.homes import KINDS, Home, NewHome, backup, home, names_in, new_home
from tests.storage.household import DELETED, Rows, files_in, rows_of
from tests.storage.samples import ALICE, BOB, LATER, MUCH_LATER, NOON, a_job, painted_job
from tests.storage.tables import say

__all__ = ["backup", "home", "new_home"]
"""Fixtures are found by their names."""


def with_nobody_at_work(rows: Rows) -> Rows:
    """As a restore leaves them: what was being painted waits again, and that was no attempt."""
    waiting = {"status": Status.QUEUED, "attempt": 0, "worker": "", "lease": None}
    jobs = [job | waiting if job["status"] == Status.PAINTING else job for job in rows["jobs"]]
    deliveries = [
        delivery if delivery["done"] else delivery | {"worker": ""}
        for delivery in rows["deliveries"]
    ]
    return {**rows, "jobs": jobs, "deliveries": deliveries}


async def test_the_household_has_rows_in_every_table(home: Home) -> None:
    rows = await rows_of(home.url)

    assert all(rows.values())


@pytest.mark.parametrize(
    "kinds",
    [["postgres", "sqlite"], pytest.param(KINDS, marks=pytest.mark.slow)],
    ids=["postgres-sqlite", "sqlite-postgres"],
)
async def test_every_row_and_file_is_the_same_from_one_kind_to_the_other_and_back(
    home: Home, backup: Path, kinds: list[str], new_home: NewHome, tmp_path: Path
) -> None:
    found = await rows_of(home.url)
    before = with_nobody_at_work(found)
    assert before["jobs"] != found["jobs"]
    assert before["deliveries"] != found["deliveries"]

    source, place = home, backup
    for kind in kinds:
        other = new_home(kind)
        await other.restore(place)

        assert await rows_of(other.url) == before
        assert files_in(other.folder) == files_in(source.folder)
        place = tmp_path / f"{kind}.tar"
        await other.back_up(place)


@pytest.mark.parametrize("kind", KINDS)
async def test_pictures_are_found_by_their_words_as_before(
    home: Home, backup: Path, kind: str, new_home: NewHome
) -> None:
    async def found(where: Home) -> list[list[int]]:
        async with connect(where.url) as engine:
            archive = SqlArchive(engine, PictureFiles(where.folder / "pictures"))
            searches = [
                *(Search(), Search(words="fox"), Search(favourites=True), Search(seed=8)),
                *(Search(words="wolf"), Search(since=LATER), Search(until=NOON)),
            ]
            return [
                [picture.number for picture in await archive.page(owner.id, search, most=9)]
                for owner in (ALICE, BOB)
                for search in searches
            ]

    other = new_home(kind)
    await other.restore(backup)

    assert await found(other) == await found(home)
    assert (await found(home))[:4] == [[2, 1], [2, 1], [1], [2]]


@pytest.mark.parametrize("kind", KINDS)
async def test_numbers_that_were_given_never_come_back(
    backup: Path, kind: str, new_home: NewHome
) -> None:
    other = new_home(kind)
    await other.restore(backup)

    async with connect(other.url) as engine:
        files = PictureFiles(other.folder / "pictures")
        await painted_job(SqlLedger(engine, files), a_job(id="new"))
        [newest, *_] = await SqlArchive(engine, files).page(ALICE.id, most=1)

    assert newest.number > DELETED


@pytest.mark.parametrize("kind", KINDS)
async def test_life_goes_on(home: Home, backup: Path, kind: str, new_home: NewHome) -> None:
    other = new_home(kind)
    await other.restore(backup)

    async with connect(other.url) as engine:
        ledger = SqlLedger(engine, PictureFiles(other.folder / "pictures"))
        waiting = [job.id for job in await ledger.unfinished()]
        again = await ledger.begin("being painted", "another", MUCH_LATER)
        due = await SqlOutbox(engine).take_due(
            MUCH_LATER + timedelta(days=1), until=MUCH_LATER + timedelta(days=2)
        )
        key = await SqlKeys(engine).open(home.secret, LATER)

    assert sorted(waiting) == ["being painted", "waits"]
    assert again.attempt == 1
    assert [delivery.job.id for delivery in due] == ["untold"]
    assert key is not None
    assert key.owner == ALICE


async def test_a_backup_can_be_read_by_hand(backup: Path, home: Home, tmp_path: Path) -> None:
    with tarfile.open(backup) as unpacked:
        unpacked.extractall(tmp_path / "out", filter="data")

    out = tmp_path / "out"
    about = json.loads((out / "about.json").read_text())
    jobs = content_of(out / "tables/jobs/000001.jsonl").splitlines()
    assert (about["what"], about["format"], about["easel"]) == ("a backup of Easel", 1, "1")
    assert "strange" in [json.loads(line)["id"] for line in jobs]
    kept = files_in(home.folder)
    assert {name: content for name, content in files_in(out).items() if name in kept} == kept


def test_only_its_owner_may_read_it(backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600


async def test_nothing_that_opens_anything_is_in_it(home: Home, backup: Path) -> None:
    (home.folder / "cookies.secret").write_bytes(b"what signs the cookies")

    await home.back_up(backup, replace=True)

    content = content_of(backup)
    assert b"what signs the cookies" not in content
    assert home.secret[-43:].encode() not in content


async def test_what_is_written_meanwhile_is_in_it_wholly_or_not_at_all(
    home: Home, tmp_path: Path, new_home: NewHome
) -> None:
    place, began = tmp_path / "easel.tar", asyncio.Event()

    def tell(stage: Stage, done: int, total: int) -> None:
        began.set()

    async def paint_on() -> int:
        async with connect(home.url, patience=20) as engine:
            ledger = SqlLedger(engine, PictureFiles(home.folder / "pictures"))
            number = 0
            while not finished.is_set():
                await painted_job(ledger, a_job(id=f"meanwhile {number}", owner=BOB))
                number += 1
            return number

    finished = asyncio.Event()
    painting = asyncio.create_task(paint_on())
    for _ in range(3):
        await back_up(home.url, home.folder, place, easel="1", now=NOON, tell=tell, replace=True)
    finished.set()
    painted = await painting
    other = new_home("sqlite")
    await other.restore(place)

    rows = await rows_of(other.url)
    meanwhile = [job for job in rows["jobs"] if job["id"].startswith("meanwhile")]
    done = {job["id"] for job in meanwhile if job["status"] == Status.DONE}
    have_pictures = {row["job_id"] for row in rows["pictures"] if "meanwhile" in row["job_id"]}
    assert painted > 0
    assert have_pictures == done
    assert {row["job_id"] for row in rows["entries"]} >= {job["id"] for job in meanwhile}


async def test_a_picture_whose_file_is_gone_keeps_its_row(
    home: Home, tmp_path: Path, new_home: NewHome
) -> None:
    [row] = [row for row in (await rows_of(home.url))["pictures"] if row["number"] == 2]
    next((home.folder / "pictures").rglob(row["file"])).unlink()

    made = await home.back_up(tmp_path / "easel.tar")
    other = new_home("sqlite")
    restored = await other.restore(tmp_path / "easel.tar")

    assert (made.contents.gone, restored.gone, made.damaged) == (1, 1, [])
    assert row in (await rows_of(other.url))["pictures"]


@pytest.mark.parametrize("damage", ["a bit", "a folder"])
async def test_a_damaged_picture_is_left_out_and_named(
    damage: str, home: Home, tmp_path: Path, new_home: NewHome
) -> None:
    [row] = [row for row in (await rows_of(home.url))["pictures"] if row["number"] == 2]
    damaged = next((home.folder / "pictures").rglob(row["file"]))
    content = damaged.read_bytes()
    if damage == "a bit":
        damaged.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    else:
        damaged.unlink()
        damaged.mkdir()

    made = await home.back_up(tmp_path / "easel.tar")
    other = new_home("sqlite")
    restored = await other.restore(tmp_path / "easel.tar")

    assert (made.contents.gone, restored.gone, made.damaged) == (1, 1, [damaged])
    assert row in (await rows_of(other.url))["pictures"]
    kept = {
        name: content for name, content in files_in(home.folder).items() if row["file"] not in name
    }
    assert files_in(other.folder) == kept


async def test_an_empty_database_is_nothing_to_back_up(new_home: NewHome, tmp_path: Path) -> None:
    for kind in KINDS:
        with pytest.raises(InvalidRequest, match="nothing to back up yet"):
            await new_home(kind).back_up(tmp_path / "easel.tar")

    assert names_in(tmp_path, "easel*") == []


async def test_a_file_that_is_there_stays(backup: Path, home: Home, tmp_path: Path) -> None:
    before = content_of(backup)
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Alice")

    with pytest.raises(InvalidRequest, match="already"):
        await home.back_up(backup)
    with pytest.raises(InvalidRequest, match="no backup, so I do not overwrite it"):
        await home.back_up(letter, replace=True)
    for place in (tmp_path, tmp_path / "nowhere" / "easel.tar"):
        with pytest.raises(InvalidRequest, match=r"is no file|There is no folder"):
            await home.back_up(place, replace=True)

    assert (content_of(backup), content_of(letter)) == (before, b"Dear Alice")
    assert names_in(tmp_path, "*.unfinished") == []


def content_of(place: Path) -> bytes:
    return place.read_bytes()


async def test_an_earlier_backup_gives_way_when_told(backup: Path, home: Home) -> None:
    await say(home.url, "DELETE FROM styles")

    await home.back_up(backup, replace=True)

    with tarfile.open(backup) as unpacked:
        assert not [name for name in unpacked.getnames() if "styles" in name]


async def test_two_backups_to_one_file_are_refused(home: Home, tmp_path: Path) -> None:
    both = await asyncio.gather(
        *[home.back_up(tmp_path / "easel.tar") for _ in range(2)], return_exceptions=True
    )

    refused = [one for one in both if isinstance(one, EaselError)]
    [sentence] = map(str, refused)
    assert sentence.startswith("Another backup is being written to ")
    with tarfile.open(tmp_path / "easel.tar") as unpacked:
        assert unpacked.getnames()[-1] == "manifest.json"


async def test_without_room_nothing_is_begun(home: Home, tmp_path: Path) -> None:
    [row, *_] = (await rows_of(home.url))["pictures"]
    # It has no bytes on the disk, but more to copy than the disk has.
    size = 2 * shutil.disk_usage(tmp_path).total
    os.truncate(next((home.folder / "pictures").rglob(row["file"])), size)

    with pytest.raises(StorageFailed, match=r"take [\d,]+ MiB, and .* [\d,]+ MiB free\. Make"):
        await home.back_up(tmp_path / "easel.tar")

    assert names_in(tmp_path, "easel.tar*") == []
