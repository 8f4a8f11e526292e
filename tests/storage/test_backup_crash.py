"""A backup or a restore that is killed leaves nothing half, and can be done again."""

import subprocess
import sys
from pathlib import Path

import pytest

from storage.backup_contents import PICTURE, File, Note, opened, pieces
from storage.restore_files import ASIDE, Arrivals
from tests.storage.homes import USUALLY_SQLITE, Home, NewHome, backup, home, names_in, new_home
from tests.storage.household import files_in, rows_of
from tests.storage.test_backup import with_nobody_at_work

__all__ = ["backup", "home", "new_home"]
"""Fixtures are found by their names."""

ROOT = Path(__file__).parents[2]
POINTS = [
    ("rows", 9),
    pytest.param("rows", 1, marks=pytest.mark.slow),
    pytest.param("pictures", 2, marks=pytest.mark.slow),
]


def killed(verb: str, home: Home, place: Path, stage: str, times: int) -> None:
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "tests.storage.dying_backup"),
            *(verb, home.url, str(home.folder), str(place), stage, str(times)),
        ],
        cwd=ROOT,
        capture_output=True,
        timeout=90,
        text=True,
    )
    assert ran.returncode == -9, ran.stderr


@pytest.mark.parametrize(
    ("stage", "times"),
    [*POINTS, pytest.param("looking whether it is whole", 5, marks=pytest.mark.slow)],
)
async def test_a_killed_backup_is_none_and_the_next_one_takes_its_place(
    stage: str, times: int, home: Home, tmp_path: Path
) -> None:
    killed("back up", home, tmp_path / "easel.tar", stage, times)
    left = names_in(tmp_path, "easel.tar*")

    await home.back_up(tmp_path / "easel.tar")

    assert left == ["easel.tar.unfinished"]
    assert names_in(tmp_path, "easel.tar*") == ["easel.tar"]


@pytest.mark.parametrize("kind", USUALLY_SQLITE)
@pytest.mark.parametrize(("stage", "times"), POINTS)
async def test_a_killed_restore_leaves_an_empty_database_and_can_be_done_again(
    stage: str, times: int, kind: str, home: Home, backup: Path, new_home: NewHome
) -> None:
    other = new_home(kind)

    killed("restore", other, backup, stage, times)
    await other.restore(backup)

    assert await rows_of(other.url) == with_nobody_at_work(await rows_of(home.url))
    assert files_in(other.folder) == files_in(home.folder)
    assert not [name for name in names_in(other.folder) if ASIDE in name]


async def test_files_of_a_restore_that_was_killed_at_its_very_end_hinder_no_other(
    home: Home, backup: Path, new_home: NewHome
) -> None:
    other = new_home("sqlite")
    put_in_place(backup, other.folder)

    await other.restore(backup)

    assert files_in(other.folder) == files_in(home.folder)


def put_in_place(place: Path, folder: Path) -> None:
    arrivals = Arrivals(folder)
    with opened(place) as file:
        for piece in pieces(file):
            if not (folder / "pictures").exists():
                (folder / "pictures" / ASIDE).mkdir(parents=True)
            match piece:
                case File():
                    arrivals.picture(piece)
                case Note():
                    arrivals.note(piece)
    arrivals.settle()
    assert any(map(PICTURE.fullmatch, names_in(folder)))
