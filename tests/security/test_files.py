"""Of what is on the disk, what is private or opens something is for the owner's eyes alone."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from bot.web.cookie import secret_in
from storage.migrate import upgrade

OTHERS = stat.S_IRWXG | stat.S_IRWXO


@pytest.mark.usefixtures("folder")
async def test_nobody_else_reads_the_database_or_what_signs_cookies(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"

    await upgrade(f"sqlite:///{data / 'easel.db'}")
    secret_in(data)

    assert not data.stat().st_mode & OTHERS

    files = [file for file in sorted(data.iterdir()) if file.is_file()]
    assert {"easel.db", "cookies.secret"} <= {file.name for file in files}
    assert [file.name for file in files if file.stat().st_mode & OTHERS] == []


@pytest.mark.parametrize("mode", [0o644, 0o660])
@pytest.mark.usefixtures("folder")
async def test_a_database_that_others_could_read_is_taken_from_them(
    data_dir: Path, mode: int
) -> None:
    files = [data_dir / name for name in ("easel.db", "easel.db-wal", "easel.db-shm")]
    for file in files:
        file.touch()
        file.chmod(mode)

    with closing(sqlite3.connect(files[0])) as held:
        held.execute("PRAGMA journal_mode = WAL")
        held.execute("SELECT * FROM alembic_version").fetchall()
        await upgrade(f"sqlite:///{files[0]}")

        assert [oct(file.stat().st_mode & 0o777) for file in files] == ["0o600"] * 3


@pytest.mark.usefixtures("folder")
async def test_a_folder_that_was_there_stays_as_its_owner_made_it(tmp_path: Path) -> None:
    data = tmp_path / "shared"
    data.mkdir()
    data.chmod(0o750)

    await upgrade(f"sqlite:///{data / 'easel.db'}")

    assert stat.S_IMODE(data.stat().st_mode) == 0o750
