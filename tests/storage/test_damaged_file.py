"""A damaged database gives way to a backup, and nothing of it is thrown away."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from engine.errors import InvalidRequest
from storage.backup_tar import Broken
from storage.damaged_file import is_damaged, require_own
from tests.storage.homes import Home, NewHome, names_in, new_home
from tests.storage.tables import say
from tests.storage.test_backup_refused import whole, written

__all__ = ["new_home", "whole"]
"""Fixtures are found by their names."""

HOLDS = """
import sqlite3, sys
there = sqlite3.connect(sys.argv[1])
there.execute("PRAGMA journal_mode = WAL")
there.execute("SELECT count(*) FROM alembic_version").fetchone()
print("open", flush=True)
sys.stdin.read()
"""
NOISE = b"\xa5" * 4096


@pytest.fixture
async def home(new_home: NewHome, whole: Path) -> Home:
    """With a database that was made once."""
    home = new_home("sqlite")
    await home.restore(whole)
    return home


def file_of(home: Home) -> Path:
    return home.folder / "easel.db"


def damage(file: Path, page: int) -> None:
    content = file.read_bytes()
    start = page * len(NOISE)
    file.write_bytes(content[:start] + NOISE + content[start + len(NOISE) :])


@contextmanager
def open_elsewhere(file: Path) -> Iterator[None]:
    """Another program has it open."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        try:
            yield
        finally:
            other.communicate(timeout=30)


@pytest.mark.parametrize("page", [0, 3])
async def test_a_damaged_one_is_put_aside_when_told(page: int, home: Home, whole: Path) -> None:
    damage(file_of(home), page)
    damaged = file_of(home).read_bytes()

    await home.restore(whole, replace=True)

    assert (home.folder / "easel.db.damaged").read_bytes() == damaged
    assert not is_damaged(file_of(home))
    await say(home.url, "SELECT * FROM keys")


async def test_the_next_one_takes_another_name(home: Home, whole: Path) -> None:
    for _ in range(2):
        damage(file_of(home), 0)
        await home.restore(whole, replace=True)

    assert names_in(home.folder, "*.damaged*") == ["easel.db.damaged", "easel.db.damaged2"]


async def test_a_whole_one_is_not_put_aside(home: Home, whole: Path) -> None:
    await home.restore(whole, replace=True)

    assert names_in(home.folder, "*.damaged*") == []


async def test_it_has_its_name_again_where_the_restore_fails(home: Home, tmp_path: Path) -> None:
    damage(file_of(home), 0)
    before = file_of(home).read_bytes()
    evil = written(tmp_path / "evil.tar", lambda draft: draft.part("blocks", 1, b"[]\n"))

    with pytest.raises(Broken):
        await home.restore(evil, replace=True)

    assert file_of(home).read_bytes() == before
    assert names_in(home.folder, "easel.db*") == ["easel.db"]


async def test_one_that_somebody_has_open_stays(home: Home, whole: Path) -> None:
    damage(file_of(home), 3)

    with (
        open_elsewhere(file_of(home)),
        pytest.raises(InvalidRequest, match="Another program has that database open"),
    ):
        await home.restore(whole, replace=True)

    assert names_in(home.folder, "*.damaged*") == []


def test_a_link_of_somebody_else_leads_nowhere(tmp_path: Path) -> None:
    link = tmp_path / "easel.db"
    link.symlink_to(tmp_path / "victim")
    require_own(link)
    if os.geteuid() == 0:
        os.chown(link, 4242, 4242, follow_symlinks=False)

    with pytest.raises(InvalidRequest, match="is a link that somebody else made"):
        require_own(link, me=0)


async def test_nor_for_a_backup_or_a_restore(home: Home, whole: Path, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("Only root can give a link to somebody else.")
    file_of(home).rename(tmp_path / "victim")
    (tmp_path / "victim").chmod(0o644)
    file_of(home).symlink_to(tmp_path / "victim")
    os.chown(file_of(home), 4242, 4242, follow_symlinks=False)

    with pytest.raises(InvalidRequest, match="is a link that somebody else made"):
        await home.back_up(tmp_path / "easel.tar")
    with pytest.raises(InvalidRequest, match="is a link that somebody else made"):
        await home.restore(whole, replace=True)

    assert stat.S_IMODE((tmp_path / "victim").stat().st_mode) == 0o644


def test_no_file_and_a_small_one_are_not_damaged(tmp_path: Path) -> None:
    small = tmp_path / "small.db"

    with closing(sqlite3.connect(small)) as other:
        other.execute("CREATE TABLE some (thing)")
        assert not is_damaged(small)
    assert not is_damaged(tmp_path / "none.db")
    assert names_in(tmp_path) == ["small.db"]
