"""Of what is on the disk, what is private or opens something is for the owner's eyes alone."""

import stat
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

    files = [file for file in sorted(data.iterdir()) if file.is_file()]
    assert {"easel.db", "cookies.secret"} <= {file.name for file in files}
    assert [file.name for file in files if file.stat().st_mode & OTHERS] == []
