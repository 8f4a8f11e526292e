"""The tables: made from nothing, equal to what the program expects, and taken down again."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine

from engine.errors import Misconfigured, StorageFailed
from engine.job import Status
from storage.database import connect
from storage.ledger import SqlLedger
from storage.migrate import MIGRATIONS, Revisions, configuration, downgrade, status, upgrade
from storage.pictures import PictureFiles
from tests.storage.samples import a_job, painted_job

HEAD = "0001"
UPGRADE = """
import asyncio, sys
from storage.migrate import upgrade

asyncio.run(upgrade(sys.argv[1]))
"""
TABLE_MADE_ANEW = """
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade():
    with op.batch_alter_table("jobs", recreate="always"):
        pass


def downgrade():
    pass
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "easel.db"


@pytest.fixture
def url(database: Path) -> str:
    return f"sqlite:///{database}"


def with_versions_in(folder: Path, connection: Connection) -> Config:
    """The migrations of the program, and one more."""
    config = configuration(connection)
    config.set_main_option("version_locations", f"{MIGRATIONS / 'versions'}\n{folder}")
    config.set_main_option("path_separator", "newline")
    return config


def tables(database: Path) -> set[str]:
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in rows}


async def test_an_empty_database_is_brought_to_the_head(url: str, database: Path) -> None:
    before = await status(url)

    await upgrade(url)

    assert before == Revisions(current=None, head=HEAD)
    assert await status(url) == Revisions(current=HEAD, head=HEAD)
    assert tables(database) == {"alembic_version", "jobs", "pictures"}


async def test_the_migrations_make_what_the_models_say(url: str) -> None:
    await upgrade(url)

    async with connect(url) as engine, engine.begin() as connection:
        await connection.run_sync(lambda sync: command.check(configuration(sync)))


async def test_everything_can_be_taken_down_again(url: str, database: Path) -> None:
    await upgrade(url)

    await downgrade(url, "base")

    assert tables(database) == {"alembic_version"}
    assert (await status(url)).current is None


async def test_what_was_there_survives_an_upgrade(url: str, tmp_path: Path) -> None:
    await upgrade(url)
    async with connect(url) as engine:
        await painted_job(SqlLedger(engine, PictureFiles(tmp_path)), a_job(tiles=2))

    await upgrade(url)

    async with connect(url) as engine:
        ledger = SqlLedger(engine, PictureFiles(tmp_path))
        assert [picture.tile for picture in await ledger.pictures("fox")] == [0, 1]


async def test_two_programs_starting_at_once_migrate_once(url: str) -> None:
    programs = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", UPGRADE, url, cwd=MIGRATIONS.parent
        )
        for _ in range(3)
    ]

    codes = [await program.wait() for program in programs]

    assert codes == [0, 0, 0]
    assert (await status(url)).current == HEAD


async def test_a_step_that_fails_leaves_the_tables_as_they_were(url: str, database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE pictures (somebody_elses)")

    with pytest.raises(StorageFailed, match="database could not do that"):
        await upgrade(url)

    assert tables(database) == {"pictures"}


@pytest.mark.parametrize("step", [upgrade, downgrade])
async def test_a_database_of_a_newer_program_is_left_alone(
    url: str, database: Path, step: Callable[[str, str], Awaitable[None]]
) -> None:
    await upgrade(url)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()

    with pytest.raises(Misconfigured, match=r"newer Easel .*9999.* Update Easel"):
        await step(url, "base")
    with pytest.raises(Misconfigured, match="newer Easel"):
        await status(url)

    assert {"jobs", "pictures"} <= tables(database)


@pytest.mark.parametrize("revision", ["7777", "+5", "nonsense"])
async def test_a_revision_that_is_not_there_is_refused(url: str, revision: str) -> None:
    with pytest.raises(Misconfigured, match="base, 0001, head"):
        await upgrade(url, revision)

    assert (await status(url)).current is None


async def test_a_table_that_is_made_anew_keeps_what_points_to_it(url: str, tmp_path: Path) -> None:
    (tmp_path / "0002_jobs_made_anew.py").write_text(TABLE_MADE_ANEW)
    await upgrade(url)
    async with connect(url) as engine:
        await painted_job(SqlLedger(engine, PictureFiles(tmp_path)), a_job())

    async with connect(url) as engine, engine.begin() as connection:
        await connection.run_sync(
            lambda sync: command.upgrade(with_versions_in(tmp_path, sync), "0002")
        )

    async with connect(url) as engine:
        ledger = SqlLedger(engine, PictureFiles(tmp_path))
        assert len(await ledger.pictures("fox")) == 1
        assert (await ledger.job("fox")).status == Status.DONE


def test_alembic_itself_takes_an_engine(url: str, database: Path) -> None:
    config = configuration()
    engine = create_engine(url)
    config.attributes["connection"] = engine

    command.upgrade(config, "head")

    engine.dispose()
    assert "jobs" in tables(database)


def test_alembic_by_hand_works_from_any_folder(tmp_path: Path, url: str, database: Path) -> None:
    project = MIGRATIONS.parent / "pyproject.toml"
    alembic = [sys.executable, "-m", "alembic", "-c", str(project)]

    made = subprocess.run([*alembic, "-x", f"url={url}", "upgrade", "head"], cwd=tmp_path)
    checked = subprocess.run([*alembic, "-x", f"url={url}", "check"], cwd=tmp_path)

    assert (made.returncode, checked.returncode) == (0, 0)
    assert "jobs" in tables(database)


def test_a_new_migration_names_no_type_of_ours(tmp_path: Path, url: str) -> None:
    versions = tmp_path / "versions"
    versions.mkdir()
    config = configuration()
    config.set_main_option("version_locations", str(versions))
    config.set_main_option("path_separator", "newline")
    engine = create_engine(url)
    config.attributes["connection"] = engine

    command.revision(config, "everything", autogenerate=True)

    engine.dispose()
    [written] = versions.glob("*.py")
    assert "sa.DateTime(timezone=True)" in written.read_text()
    assert "storage" not in written.read_text()


def test_the_program_needs_no_folder_of_its_own_to_migrate(tmp_path: Path, url: str) -> None:

    done = subprocess.run(
        [sys.executable, "-c", UPGRADE, url],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(MIGRATIONS.parent)},
    )

    assert done.returncode == 0
