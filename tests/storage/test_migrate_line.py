"""Jobs that waited before virtual time was kept: they wait on, with all their tiles."""

from pathlib import Path

from engine.outline import outline_of
from storage.database import connect
from storage.ledger import SqlLedger
from storage.migrate import downgrade, upgrade
from storage.pictures import PictureFiles
from tests.storage.samples import a_job
from tests.storage.tables import REVISIONS

BEFORE = REVISIONS[REVISIONS.index("0003") - 1]


async def test_jobs_of_before_wait_on_with_all_their_tiles(
    empty_database_url: str, tmp_path: Path
) -> None:
    job = a_job(tiles=3)
    await upgrade(empty_database_url)
    async with connect(empty_database_url) as engine:
        await SqlLedger(engine, PictureFiles(tmp_path)).record(job)

    await downgrade(empty_database_url, BEFORE)
    await upgrade(empty_database_url)

    async with connect(empty_database_url) as engine:
        ledger = SqlLedger(engine, PictureFiles(tmp_path))
        assert await ledger.unfinished() == [outline_of(job)]
        assert await ledger.job("fox") == job
        assert await ledger.tallies() == ({}, [])
