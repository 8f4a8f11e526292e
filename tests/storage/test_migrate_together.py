"""Migrations beside other programs, killed half way, and tables that are made anew."""

import asyncio
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.errors import StorageFailed
from engine.job import Status
from storage.database import connect
from storage.ledger import SqlLedger
from storage.migrate import MIGRATIONS, Revisions, downgrade, status
from storage.pictures import PictureFiles
from tests.storage.samples import a_job, painted_job
from tests.storage.tables import (
    HEAD,
    TABLES,
    tables,
    upgrade_with_versions_in,
)

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
from tests.storage.tables import upgrade_with_versions_in

asyncio.run(upgrade_with_versions_in(Path(sys.argv[2]), sys.argv[1]))
"""


@pytest.fixture
def url(empty_database_url: str) -> str:
    return empty_database_url


async def test_two_programs_starting_at_once_migrate_once(url: str) -> None:
    programs = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", UPGRADE, url, cwd=MIGRATIONS.parent
        )
        for _ in range(2)
    ]

    codes = [await program.wait() for program in programs]

    assert codes == [0, 0]
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
