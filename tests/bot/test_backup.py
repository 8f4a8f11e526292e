"""The backup and restore commands, from outside."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import run
from bot.painters import Painters

pytestmark = pytest.mark.usefixtures("folder")

ROOT = Path(__file__).parents[2]


@pytest.fixture
def painted(data_dir: Path, painters: Painters, capsys: pytest.CaptureFixture[str]) -> None:
    """There are two pictures."""
    run(["imagine", "a fox", "--count", "2", "-o", "fox.png"], painters)
    capsys.readouterr()


@pytest.mark.usefixtures("painted")
def test_what_was_backed_up_is_there_again_elsewhere(
    painters: Painters, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["backup", "easel.tar"]) == 0
    made = capsys.readouterr().out
    assert run(["restore", "easel.tar", "--check"]) == 0
    checked = capsys.readouterr().out
    monkeypatch.setenv("EASEL_DATA_DIR", "elsewhere")

    assert run(["restore", "easel.tar"]) == 0

    restored = capsys.readouterr().out
    run(["history", "show", "2", "-o", "again.png"], painters)
    assert "easel.tar holds 2 pictures of 1 job and 2 files" in made
    assert "is not in it" in made.replace("are not in it", "is not in it")
    assert "easel.tar is whole: 2 pictures of 1 job and 2 files, by Easel" in checked
    assert restored.startswith("Restored: 2 pictures of 1 job and 2 files.")
    assert Path("again.png").read_bytes() == Path("fox-2.png").read_bytes()


@pytest.mark.usefixtures("painted")
def test_what_is_there_already_is_replaced_only_when_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["backup", "easel.tar"]) == 0

    assert run(["backup", "easel.tar"]) == 2
    assert run(["restore", "easel.tar"]) == 2
    refused = capsys.readouterr().err.splitlines()
    assert run(["backup", "easel.tar", "--force"]) == 0
    assert run(["restore", "easel.tar", "--replace"]) == 0

    assert "already. Name another, or add --force." in refused[0]
    assert "--replace" in refused[1]


@pytest.mark.usefixtures("painted")
def test_the_database_itself_is_never_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    before = Path("data/easel.db").read_bytes()

    assert run(["backup", "data/easel.db", "--force"]) == 2

    assert "is no backup, so I do not overwrite it" in capsys.readouterr().err
    assert Path("data/easel.db").read_bytes() == before


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["backup", "easel.tar"], "There is nothing to back up yet: the database is empty."),
        (["restore", "easel.tar"], "There is no file easel.tar. Name a backup."),
        (["restore", "easel.tar", "--check"], "There is no file easel.tar. Name a backup."),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    command: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(command) == 2

    told = capsys.readouterr()
    assert (told.out, told.err) == ("", f"{sentence}\n")
    assert list(Path().iterdir()) == []


@pytest.mark.usefixtures("painted")
def test_a_broken_one_is_refused_and_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    run(["backup", "easel.tar"])
    content = Path("easel.tar").read_bytes()
    Path("easel.tar").write_bytes(content[:-2000])

    for command in (["restore", "easel.tar", "--check"], ["restore", "easel.tar", "--replace"]):
        assert run(command) == 1
        assert "It is damaged: it ends too early." in capsys.readouterr().err

    assert run(["history", "show", "1"]) == 0


@pytest.mark.usefixtures("painted")
def test_what_a_backup_needs_is_imported_without_torch() -> None:
    program = (
        "import sys\nfrom bot.__main__ import run\nrun(['backup', 'easel.tar'])\n"
        "sys.stderr.write(','.join(sorted(sys.modules)))"
    )

    ran = subprocess.run(
        (sys.executable, "-c", program),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert not {"torch", "diffusers", "discord"} & set(ran.stderr.split(","))


@pytest.mark.usefixtures("painted")
def test_a_damaged_picture_is_named_and_the_rest_is_kept(
    capsys: pytest.CaptureFixture[str],
) -> None:
    damaged = next(Path("data/pictures").glob("??/??/*"))
    damaged.write_bytes(b"something else")

    assert run(["backup", "easel.tar"]) == 0

    told = capsys.readouterr().out
    assert "easel.tar holds 2 pictures of 1 job and 1 file" in told
    assert "Damaged, and so not in it: " in told
    assert str(damaged) in told


@pytest.mark.parametrize(
    "command", [["backup"], ["backup", "--force"], ["restore"], ["restore", "--check"]]
)
def test_a_place_may_begin_like_the_home_of_nobody(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command, "~nobody-of-that-name/easel.tar"]) == 2

    told = capsys.readouterr()
    assert "Traceback" not in told.err
    assert told.err.count("\n") == 1


def test_a_file_of_words_whose_name_is_no_text_is_told_to_be_renamed(
    data_dir: Path, painters: Painters, capfd: pytest.CaptureFixture[str]
) -> None:
    run(["imagine", "a fox"], painters)
    Path("data/wildcards").mkdir()
    Path(os.fsdecode(b"data/wildcards/f\xe4rben.txt")).write_text("red")

    assert run(["backup", "easel.tar"]) == 0

    assert "has a name that no backup can hold. Rename it." in capfd.readouterr().out


@pytest.mark.usefixtures("painted")
def test_a_list_of_words_that_no_backup_can_hold_is_named_and_the_rest_is_kept(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("data/wildcards").mkdir()
    with Path("data/wildcards/all.txt").open("wb") as large:
        large.truncate(2**24 + 1)

    assert run(["backup", "easel.tar"]) == 0

    told = capsys.readouterr().out
    assert "easel.tar holds 2 pictures of 1 job and 2 files" in told
    assert "Not in it: data/wildcards/all.txt is larger than 16 MiB. Make it smaller." in told


@pytest.mark.parametrize("command", [["backup", "-"], ["backup", "-", "--force"], ["restore", "-"]])
@pytest.mark.usefixtures("painted")
def test_what_goes_through_a_pipe_is_told_to_be_a_file(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(command) == 2

    assert capsys.readouterr().err.count("\n") == 1
    assert not Path("-").exists()


@pytest.mark.parametrize("more", [[], ["--check"], ["--replace"]])
def test_a_backup_in_a_pipe_is_told_to_be_saved(
    more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo("easel.tar")

    assert run(["restore", "easel.tar", *more]) == 2

    assert "easel.tar is no file. Save the backup in one" in capsys.readouterr().err


@pytest.mark.usefixtures("painted")
def test_a_pipe_in_the_place_of_a_backup_is_not_waited_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    os.mkfifo("easel.tar")

    assert run(["backup", "easel.tar", "--force"]) == 2

    assert "is no backup, so I do not overwrite it" in capsys.readouterr().err


@pytest.mark.usefixtures("painted")
def test_doctor_says_what_only_a_backup_mends(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["doctor"], painters)
    before = capsys.readouterr().out
    database = Path("data/easel.db")
    content = database.read_bytes()
    # Its last page is none that the other questions need.
    database.write_bytes(content[:-4096] + b"\xa5" * 4096)
    Path("data/pictures/.restoring").mkdir()

    assert run(["doctor"], painters) == 1

    told = capsys.readouterr().out
    assert "easel.db is damaged. Stop Easel, then bring a backup back" in told
    assert "One was cut off here. If pictures or rows are missing" in told
    assert "damaged" not in before
    assert "cut off" not in before


@pytest.mark.usefixtures("painted")
def test_what_a_newer_easel_keeps_is_only_taken_away_when_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["migrate", "down", "base"]) == 2
    refused = capsys.readouterr().err
    assert refused.startswith("That takes away for good: 1 row of jobs, ")
    assert ", 2 rows of pictures. Nothing was changed." in refused
    assert run(["history", "show", "1"]) == 0
    capsys.readouterr()

    assert run(["migrate", "down", "base", "--yes"]) == 0
    assert "empty" in capsys.readouterr().out


def test_serve_says_that_a_restore_was_cut_off(
    data_dir: Path, painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("data/pictures/.restoring").mkdir(parents=True)
    # Which ends it at once.
    Path("data/easel.db").write_text("Dear Alice, this is no database.")

    assert run(["serve"], painters) == 2

    assert "A restore was cut off here. If pictures or rows" in capsys.readouterr().err
