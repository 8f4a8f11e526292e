"""Alembic by hand, and the program in any folder: both find the migrations."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine

from storage.migrate import MIGRATIONS, configuration
from tests.storage.tables import (
    TABLES,
    tables,
)

UPGRADE = """
import asyncio, sys
from storage.migrate import upgrade

asyncio.run(upgrade(sys.argv[1]))
"""


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'easel.db'}"


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
