"""The tables: made from nothing, equal to what the program expects, and taken down again."""

from pathlib import Path

import pytest
from alembic import command

from storage.database import connect
from storage.ledger import SqlLedger
from storage.migrate import Revisions, configuration, downgrade, status, upgrade
from storage.pictures import PictureFiles
from tests.storage.samples import a_job, painted_job
from tests.storage.tables import HEAD, REVISIONS, TABLES, shape, tables


@pytest.fixture
def url(empty_database_url: str) -> str:
    return empty_database_url


async def test_an_empty_database_is_brought_to_the_head(url: str) -> None:
    before = await status(url)

    await upgrade(url)

    assert before == Revisions(current=None, head=HEAD)
    assert await status(url) == Revisions(current=HEAD, head=HEAD)
    assert await tables(url) == TABLES


async def test_the_migrations_make_what_the_models_say(url: str) -> None:
    await upgrade(url)

    async with connect(url) as engine, engine.begin() as connection:
        await connection.run_sync(lambda sync: command.check(configuration(sync)))


async def test_everything_can_be_taken_down_again(url: str) -> None:
    await upgrade(url)

    await downgrade(url, "base")

    assert await tables(url) == {"alembic_version"}
    assert (await status(url)).current is None


async def test_every_step_down_undoes_the_step_up_and_all_at_once_make_the_same(url: str) -> None:
    shapes = [await shape(url)]
    for revision in REVISIONS:
        await upgrade(url, revision)
        shapes.append(await shape(url))

    for before, was in reversed(list(zip(["base", *REVISIONS], shapes[:-1], strict=False))):
        await downgrade(url, before)
        assert without_versions(await shape(url)) == without_versions(was), before
    await upgrade(url)

    assert await shape(url) == shapes[-1]


def without_versions(shape: list[str]) -> list[str]:
    """It stays when all else is taken down."""
    return [line for line in shape if "alembic_version" not in line]


async def test_what_was_there_survives_an_upgrade(url: str, tmp_path: Path) -> None:
    await upgrade(url)
    async with connect(url) as engine:
        await painted_job(SqlLedger(engine, PictureFiles(tmp_path)), a_job(tiles=2))

    await upgrade(url)

    async with connect(url) as engine:
        ledger = SqlLedger(engine, PictureFiles(tmp_path))
        assert [picture.tile for picture in await ledger.pictures("fox")] == [0, 1]
