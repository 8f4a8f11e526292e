"""The tables: made from nothing, equal to what the program expects, and taken down again."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text

from engine.errors import Misconfigured, StorageFailed
from engine.job import Status
from storage.database import connect
from storage.ledger import SqlLedger
from storage.migrate import MIGRATIONS, Revisions, configuration, downgrade, status, upgrade
from storage.pictures import PictureFiles
from storage.rows import PersonRow
from tests.storage.samples import a_job, painted_job

STEPS = list(ScriptDirectory.from_config(configuration()).walk_revisions())[::-1]
REVISIONS = [step.revision for step in STEPS]
HEAD = REVISIONS[-1]
TABLES = {"alembic_version", *PersonRow.metadata.tables}
UPGRADE = """
import asyncio, sys
from storage.migrate import upgrade

asyncio.run(upgrade(sys.argv[1]))
"""
NEXT_STEP = f"""
import signal, sys
from alembic import op
from sqlalchemy import Column, Integer

revision, down_revision = "9000", "{HEAD}"


def upgrade():
    %s


def downgrade():
    pass
"""
TABLE_MADE_ANEW = (
    NEXT_STEP
    % """with op.batch_alter_table("jobs", recreate="always"):
        pass"""
)
TRIED_AGAIN = NEXT_STEP % 'op.create_table("half", Column("way", Integer))'
KILLED_HALF_WAY = (
    NEXT_STEP
    % """op.create_table("half", Column("way", Integer))
    op.execute("DELETE FROM pictures")
    print("here", flush=True)
    signal.pause()"""
)
UPGRADE_WITH_VERSIONS_IN = """
import asyncio, sys
from pathlib import Path
from tests.storage.test_migrate import upgrade_with_versions_in

asyncio.run(upgrade_with_versions_in(Path(sys.argv[2]), sys.argv[1]))
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "easel.db"


@pytest.fixture
def file_url(database: Path) -> str:
    return f"sqlite:///{database}"


@pytest.fixture
def url(empty_database_url: str) -> str:
    return empty_database_url


def with_versions_in(folder: Path, connection: Connection) -> Config:
    """The migrations of the program, and one more."""
    config = configuration(connection)
    config.set_main_option("version_locations", f"{MIGRATIONS / 'versions'}\n{folder}")
    config.set_main_option("path_separator", "newline")
    return config


async def upgrade_with_versions_in(folder: Path, url: str) -> None:
    async with connect(url) as engine, engine.begin() as connection:
        await connection.run_sync(
            lambda sync: command.upgrade(with_versions_in(folder, sync), "head")
        )


async def tables(url: str) -> set[str]:
    async with connect(url) as engine, engine.connect() as connection:
        return set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))


async def shape(url: str) -> list[str]:
    """All that the database says about its tables but the order in which they were made."""

    def told(connection: Connection) -> list[str]:
        inspector = inspect(connection)
        return sorted(
            f"{table} {each}"
            for table in inspector.get_table_names()
            for each in (
                *inspector.get_columns(table),
                *inspector.get_indexes(table),
                inspector.get_pk_constraint(table),
                *inspector.get_foreign_keys(table),
                *inspector.get_unique_constraints(table),
            )
        )

    async with connect(url) as engine, engine.connect() as connection:
        return await connection.run_sync(told)


async def say(url: str, statement: str) -> None:
    async with connect(url) as engine, engine.begin() as connection:
        await connection.execute(text(statement))


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


async def test_every_step_down_undoes_the_step_up(url: str) -> None:
    for revision, before in zip(REVISIONS, ["base", *REVISIONS], strict=False):
        was = await shape(url)
        await upgrade(url, revision)
        became = await shape(url)

        await downgrade(url, before)

        assert [line for line in await shape(url) if "alembic_version" not in line] == [
            line for line in was if "alembic_version" not in line
        ]
        await upgrade(url, revision)
        assert await shape(url) == became


async def test_steps_one_by_one_make_what_all_at_once_make(url: str) -> None:
    await upgrade(url)
    at_once = await shape(url)
    await downgrade(url, "base")

    for revision in REVISIONS:
        await upgrade(url, revision)

    assert await shape(url) == at_once


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


async def test_a_program_waits_as_long_as_another_migrates(
    postgres_url: str,
) -> None:
    migrating = text(f"SELECT pg_advisory_xact_lock({int.from_bytes(b'easel')})")
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    async with connect(postgres_url) as engine, engine.connect() as other:
        await other.execute(migrating)

        second = asyncio.create_task(downgrade(postgres_url, "base", patience=0.01))
        while not second.done() and not await other.scalar(waiting):
            pass
        finished_early = second.done()
        await other.rollback()
        await second

    assert not finished_early
    assert await tables(postgres_url) == {"alembic_version"}


async def test_a_program_killed_half_way_leaves_the_tables_as_they_were(
    database_url: str, tmp_path: Path
) -> None:
    steps = tmp_path / "steps"
    steps.mkdir()
    (steps / "9000_half_way.py").write_text(KILLED_HALF_WAY)
    async with connect(database_url) as engine:
        await painted_job(SqlLedger(engine, PictureFiles(tmp_path)), a_job())
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", UPGRADE_WITH_VERSIONS_IN, database_url, str(steps)),
        stdout=asyncio.subprocess.PIPE,
        cwd=MIGRATIONS.parent,
    )
    assert program.stdout is not None
    assert await program.stdout.readline() == b"here\n"

    program.kill()
    await program.wait()

    assert await status(database_url) == Revisions(current=HEAD, head=HEAD)
    assert await tables(database_url) == TABLES
    (steps / "9000_half_way.py").write_text(TRIED_AGAIN)
    await upgrade_with_versions_in(steps, database_url)
    assert await tables(database_url) == TABLES | {"half"}
    async with connect(database_url) as engine:
        assert len(await SqlLedger(engine, PictureFiles(tmp_path)).pictures("fox")) == 1


async def test_tables_that_somebody_else_made_are_left_alone(url: str) -> None:
    await say(url, "CREATE TABLE pictures (somebody_elses INTEGER)")

    with pytest.raises(Misconfigured, match=r"changed nothing\. Restore a copy"):
        await upgrade(url)

    assert await tables(url) == {"pictures"}


async def test_tables_without_their_revision_are_left_alone(database_url: str) -> None:
    await say(database_url, "DELETE FROM alembic_version")

    with pytest.raises(Misconfigured, match=r"changed nothing\. Restore a copy"):
        await upgrade(database_url)

    assert (await status(database_url)).current is None
    assert await tables(database_url) == TABLES


async def test_a_revision_without_its_tables_is_said(database_url: str) -> None:
    await say(database_url, "DROP TABLE pictures")

    with pytest.raises(Misconfigured, match=r"changed nothing\. Restore a copy"):
        await downgrade(database_url, "base")

    assert await tables(database_url) == TABLES - {"pictures"}


@pytest.mark.parametrize("step", [upgrade, downgrade])
async def test_a_database_of_a_newer_program_is_left_alone(
    database_url: str, step: Callable[[str, str], Awaitable[None]]
) -> None:
    await say(database_url, "UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(Misconfigured, match=r"newer Easel .*9999.* Update Easel"):
        await step(database_url, "base")
    with pytest.raises(Misconfigured, match="newer Easel"):
        await status(database_url)

    assert await tables(database_url) == TABLES


@pytest.mark.parametrize("revision", ["7777", "+50", "nonsense"])
async def test_a_revision_that_is_not_there_is_refused(url: str, revision: str) -> None:
    with pytest.raises(Misconfigured, match=f"base, {', '.join(REVISIONS)}, head"):
        await upgrade(url, revision)

    assert (await status(url)).current is None


async def test_a_table_in_use_is_waited_for_and_then_said(database_url: str) -> None:
    async with connect(database_url) as engine, engine.connect() as other:
        if engine.dialect.name == "sqlite":
            await other.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            await other.exec_driver_sql("LOCK TABLE jobs")

        with pytest.raises(StorageFailed, match="keeps the database locked"):
            await downgrade(database_url, "base", patience=0.01)

    await downgrade(database_url, "base")
    assert await tables(database_url) == {"alembic_version"}


async def test_a_table_that_is_made_anew_keeps_what_points_to_it(
    sqlite_url: str, tmp_path: Path
) -> None:
    (tmp_path / "9000_jobs_made_anew.py").write_text(TABLE_MADE_ANEW)
    async with connect(sqlite_url) as engine:
        await painted_job(SqlLedger(engine, PictureFiles(tmp_path)), a_job())

    await upgrade_with_versions_in(tmp_path, sqlite_url)

    async with connect(sqlite_url) as engine:
        ledger = SqlLedger(engine, PictureFiles(tmp_path))
        assert len(await ledger.pictures("fox")) == 1
        assert (await ledger.job("fox")).status == Status.DONE


def test_alembic_itself_takes_an_engine(file_url: str) -> None:
    config = configuration()
    engine = create_engine(file_url)
    config.attributes["connection"] = engine

    command.upgrade(config, "head")

    engine.dispose()
    assert asyncio.run(tables(file_url)) == TABLES


def test_alembic_by_hand_works_from_any_folder(tmp_path: Path, file_url: str) -> None:
    project = MIGRATIONS.parent / "pyproject.toml"
    alembic = [sys.executable, "-m", "alembic", "-c", str(project)]

    made = subprocess.run([*alembic, "-x", f"url={file_url}", "upgrade", "head"], cwd=tmp_path)
    checked = subprocess.run([*alembic, "-x", f"url={file_url}", "check"], cwd=tmp_path)

    assert (made.returncode, checked.returncode) == (0, 0)
    assert asyncio.run(tables(file_url)) == TABLES


def test_a_new_migration_names_no_type_of_ours(tmp_path: Path, file_url: str) -> None:
    versions = tmp_path / "versions"
    versions.mkdir()
    config = configuration()
    config.set_main_option("version_locations", str(versions))
    config.set_main_option("path_separator", "newline")
    engine = create_engine(file_url)
    config.attributes["connection"] = engine

    command.revision(config, "everything", autogenerate=True)

    engine.dispose()
    [written] = versions.glob("*.py")
    assert "sa.DateTime(timezone=True)" in written.read_text()
    assert "storage" not in written.read_text()


def test_the_program_needs_no_folder_of_its_own_to_migrate(tmp_path: Path, file_url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", UPGRADE, file_url],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(MIGRATIONS.parent)},
    )

    assert done.returncode == 0
