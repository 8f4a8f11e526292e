"""Files that nothing names go, and nothing else does."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.job import Status
from engine.request import ImageRequest
from engine.wish import ControlWish
from storage.database import connect
from storage.ledger import SqlLedger
from storage.orphans import Orphans
from storage.pictures import PictureFiles
from storage.restore_files import ASIDE
from tests.storage.samples import ALICE, ENDED, LATER, NOON, a_job, begun_job, painted_job

OLD, YOUNG = NOON - timedelta(days=2), NOON - timedelta(hours=23)


@dataclass
class Attic:
    """A ledger, its files, and who tidies them."""

    ledger: SqlLedger
    files: PictureFiles
    orphans: Orphans

    @property
    def digests(self) -> set[str]:
        return {path.name for path in self.files.folder.rglob("*") if path.is_file()}

    async def keep(self, file: bytes, changed: datetime) -> str:
        digest = await self.files.keep(file)
        self.age(changed)
        return digest

    def path_of(self, digest: str) -> Path:
        return self.files.folder / digest[:2] / digest[2:4] / digest

    def age(self, changed: datetime) -> None:
        """All that is there was changed then."""
        for path in self.files.folder.rglob("*"):
            os.utime(path, (changed.timestamp(), changed.timestamp()))


@pytest.fixture
async def attic(database_url: str, tmp_path: Path) -> AsyncIterator[Attic]:
    files = PictureFiles(tmp_path / "pictures")
    async with connect(database_url) as engine:
        yield Attic(ledger=SqlLedger(engine, files), files=files, orphans=Orphans(engine, files))


async def test_an_old_file_that_nothing_names_is_removed(attic: Attic) -> None:
    for number in range(40):
        await attic.keep(b"an orphan %d" % number, OLD)

    removed = await attic.orphans.remove(NOON)

    assert (removed, attic.digests) == (40, set())


async def test_a_young_file_may_still_be_named(attic: Attic) -> None:
    digest = await attic.keep(b"just written", YOUNG)

    assert await attic.orphans.remove(NOON) == 0
    assert attic.digests == {digest}


async def test_the_pictures_of_jobs_stay(attic: Attic) -> None:
    await painted_job(attic.ledger, a_job(tiles=3))
    attic.age(OLD)
    named = attic.digests
    await attic.keep(b"an orphan", OLD)

    assert await attic.orphans.remove(NOON) == 1
    assert attic.digests == named


@pytest.mark.parametrize("status", Status)
async def test_what_a_job_begins_from_stays_until_it_ended_and_has_no_picture_left(
    attic: Attic, status: Status
) -> None:
    kept = [await attic.keep(f"source {n}".encode(), OLD) for n in range(3)]
    image, mask, control = kept
    request = ImageRequest(
        prompt="a fox",
        image=image,
        mask=mask,
        controls=(ControlWish(name="edges", image=control),),
    )
    job = replace(a_job(), request=request)
    match status:
        case Status.QUEUED:
            await attic.ledger.record(job)
        case Status.PAINTING:
            await begun_job(attic.ledger, job)
        case Status.DONE:
            await painted_job(attic.ledger, job)
        case Status.FAILED | Status.CANCELLED:
            await attic.ledger.record(job)
            await attic.ledger.end("fox", status, "", now=LATER)

    await attic.orphans.remove(NOON)

    assert attic.digests & set(kept) == (set() if status in ENDED else set(kept))


async def test_what_was_uploaded_and_not_used_for_a_day_is_removed(attic: Attic) -> None:
    old = await attic.ledger.keep(ALICE.id, b"old", OLD)
    young = await attic.ledger.keep(ALICE.id, b"young", YOUNG)
    attic.age(OLD)

    assert await attic.orphans.remove(NOON) == 1
    assert attic.digests == {young}
    assert await attic.ledger.own(ALICE.id, [old, young]) == {young}


async def test_half_a_file_of_a_program_that_was_killed_is_removed(attic: Attic) -> None:
    digest = await attic.keep(b"an orphan", YOUNG)
    folder = attic.files.folder / digest[:2] / digest[2:4]
    (folder / "0123.unfinished").write_bytes(b"ha")
    young = folder / "4567.unfinished"
    attic.age(OLD)
    young.write_bytes(b"ha")

    assert await attic.orphans.remove(NOON) == 2
    assert attic.digests == {young.name}


async def test_what_is_not_ours_is_left_alone(attic: Attic) -> None:
    digest = await attic.keep(b"an orphan", OLD)
    letter = attic.files.folder / digest[:2] / digest[2:4] / "letter.txt"
    letter.write_text("Dear diary")
    attic.age(OLD)

    await attic.orphans.remove(NOON)

    assert attic.digests == {"letter.txt"}


async def test_a_file_that_is_kept_again_is_no_orphan(attic: Attic) -> None:
    digest = await attic.keep(b"an orphan", OLD)
    await attic.files.keep(b"an orphan")

    assert await attic.orphans.remove(NOON) == 0
    assert attic.digests == {digest}


async def test_what_a_killed_sweep_had_moved_aside_comes_back(attic: Attic) -> None:
    await painted_job(attic.ledger, a_job())
    [digest] = attic.digests
    path = attic.files.folder / digest[:2] / digest[2:4] / digest
    path.rename(path.with_name(f"{digest}.leaving"))

    await attic.orphans.remove(NOON)

    assert attic.digests == {digest}


async def test_what_was_kept_again_since_a_sweep_was_killed_is_young(attic: Attic) -> None:
    digest = await attic.keep(b"an orphan", OLD)
    path = attic.path_of(digest)
    path.rename(path.with_name(f"{digest}.leaving"))
    await attic.files.keep(b"an orphan")

    assert await attic.orphans.remove(NOON) == 0
    assert attic.digests == {digest}


async def test_what_cannot_be_moved_stops_nothing_else(
    attic: Attic, caplog: pytest.LogCaptureFixture
) -> None:
    stuck, aside, *_ = [await attic.keep(b"an orphan %d" % number, OLD) for number in range(9)]
    # A folder that is not empty stands where it would be moved to, or back to.
    (attic.path_of(stuck).with_name(f"{stuck}.leaving") / "in the way").mkdir(parents=True)
    back = attic.path_of(aside)
    back.rename(back.with_name(f"{aside}.leaving"))
    (back / "in the way").mkdir(parents=True)

    removed = await attic.orphans.remove(NOON)

    assert (removed, attic.digests) == (7, {stuck, f"{aside}.leaving"})
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2


async def test_files_that_are_kept_while_others_tidy_are_there(attic: Attic) -> None:
    contents = [b"a picture %d" % number for number in range(60)]
    for content in contents:
        await attic.keep(content, OLD)

    async def tidy() -> None:
        for _ in range(3):
            await attic.orphans.remove(NOON)

    kept, *_ = await asyncio.gather(
        asyncio.gather(*[attic.files.keep(content) for content in contents]), tidy(), tidy()
    )

    assert attic.digests == set(kept)


@pytest.mark.parametrize("old", [True, False])
async def test_what_an_abandoned_restore_put_aside_is_removed_once_it_is_old(
    attic: Attic, old: bool
) -> None:
    aside = attic.files.folder / ASIDE / "01" / "23"
    aside.mkdir(parents=True)
    (aside / ("01" * 32)).write_bytes(b"a picture")
    attic.age(OLD if old else YOUNG)
    # The newest of it counts.
    os.utime(attic.files.folder / ASIDE, (OLD.timestamp(), OLD.timestamp()))

    await attic.orphans.remove(NOON)

    assert aside.exists() != old


async def test_without_a_folder_there_is_nothing_to_do(attic: Attic) -> None:
    assert await attic.orphans.remove(NOON) == 0
