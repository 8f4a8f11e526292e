"""What another version of Easel wrote is read as far as it can be, and stops nothing else."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.errors import StorageFailed
from engine.job import Status
from storage.stock import SqlStock
from tests.storage.conftest import Shelf, sql_shelf
from tests.storage.samples import (
    ALICE,
    LATER,
    MUCH_LATER,
    NOON,
    a_job,
    begun_job,
    painted_job,
    pictures_of,
)
from tests.storage.tables import say

MINUTE = timedelta(minutes=1)
NEWER = {
    "a request with one word more": """
        UPDATE jobs SET request = '{"prompt": "a fox", "glow": 3, "count": 2}'""",
    "a strength that has no image": """
        UPDATE jobs SET request = '{"prompt": "a fox", "strength": 0.5, "count": 2}'""",
    "recipes with one word more": """
        UPDATE jobs SET tiles = REPLACE(CAST(tiles AS TEXT), '"seed"', '"glow": 3, "seed"')
    """,
}
UNREADABLE = {
    "a sampler that there is not": """
        UPDATE jobs SET request = '{"prompt": "a fox", "sampler": "none such"}'""",
    "a request that is none": "UPDATE jobs SET request = '7'",
    "recipes that are none": 'UPDATE jobs SET tiles = \'[{"index": 0, "recipe": {}}]\'',
    "tiles that are none": "UPDATE jobs SET tiles = '[7]'",
}


async def rewrite(url: str, statement: str) -> None:
    """In the way of the database: Postgres wants to be told that text is JSON again."""
    if url.startswith("postgresql"):
        statement = statement.replace("REPLACE(", "CAST(REPLACE(").replace(
            """seed"')""", """seed"') AS JSON)"""
        )
    await say(url, statement)


@pytest.mark.parametrize("statement", NEWER.values(), ids=NEWER)
async def test_what_another_version_wrote_besides_is_passed_over(
    database_url: str, tmp_path: Path, statement: str
) -> None:
    async with sql_shelf(database_url, tmp_path) as shelf:
        job = a_job(tiles=2)
        await shelf.ledger.record(job)

        await rewrite(database_url, statement)

        assert await shelf.ledger.job("fox") == job


@pytest.mark.parametrize("statement", UNREADABLE.values(), ids=UNREADABLE)
async def test_a_job_that_cannot_be_read_is_begun_without_tiles(
    database_url: str, tmp_path: Path, statement: str
) -> None:
    async with sql_shelf(database_url, tmp_path) as shelf:
        await shelf.ledger.record(a_job())
        await rewrite(database_url, statement)

        begun = await shelf.ledger.begin("fox", "a painter", LATER)

        assert (begun.tiles, begun.status, begun.attempt) == ((), Status.PAINTING, 1)
        assert await shelf.ledger.end("fox", Status.FAILED, "", now=LATER, attempt=1)


async def test_the_end_of_a_job_that_cannot_be_read_holds_up_no_other(
    database_url: str, tmp_path: Path
) -> None:
    async with sql_shelf(database_url, tmp_path) as shelf:
        await shelf.ledger.record(replace(a_job(id="fox"), reply="channel 7"))
        await shelf.ledger.end("fox", Status.FAILED, "no paint", now=LATER)
        await rewrite(database_url, "UPDATE jobs SET tiles = '7'")
        hen = replace(a_job(id="hen", submitted=NOON + MINUTE), reply="channel 8")
        await painted_job(shelf.ledger, hen)

        due = await shelf.outbox.take_due(LATER, until=MUCH_LATER)

        assert [(one.job.id, one.job.problem, one.job.reply) for one in due] == [
            ("fox", "no paint", "channel 7"),
            ("hen", "", "channel 8"),
        ]


async def unread(shelf: Shelf, url: str) -> None:
    """Two pictures of before their terms were kept; the recipe of the first cannot be read."""
    for name in ("fox", "hen"):
        job = await begun_job(shelf.ledger, a_job(id=name))
        await shelf.ledger.finish(name, job.attempt, pictures_of(job), NOON)
    await rewrite(url, "UPDATE pictures SET bytes = NULL")
    await rewrite(url, "UPDATE pictures SET recipe = '{}' WHERE job_id = 'fox'")


async def test_pictures_are_taken_in_beside_one_that_cannot_be_read(
    database_url: str, tmp_path: Path
) -> None:
    async with sql_shelf(database_url, tmp_path) as shelf:
        await unread(shelf, database_url)

        assert isinstance(shelf.stock, SqlStock)
        assert await shelf.stock.take_in() == 2

        assert await shelf.stock.take_in() == 0
        [hen] = await shelf.ledger.pictures("hen")
        assert (hen.owner, hen.job) == (ALICE.id, "hen")
        with pytest.raises(StorageFailed, match="Another version of Easel"):
            await shelf.ledger.pictures("fox")
