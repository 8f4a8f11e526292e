"""What was acknowledged and not answered is known to the next program, also by a damaged file."""

import os
from pathlib import Path

import pytest

from bot.discord.arrival import journal as journals
from bot.discord.arrival.journal import Journal
from bot.discord.arrival.pending import Pending
from bot.discord.delivery.reply import Reply


def a_command(number: int) -> Pending:
    reply = Reply(
        application=1, token=f"token {number}", expires=1e12, user=2, channel=3, upload_limit=4
    )
    return Pending(id=number, reply=reply, deed=number % 2 == 1)


def files_in(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def killed(journal: Journal) -> None:
    """Nothing is tidied up; the system lets go of the lock."""
    assert journal._handle is not None
    os.close(journal._handle)
    journal._handle = None


def test_the_next_program_takes_over_what_is_pending(tmp_path: Path) -> None:
    first = Journal(tmp_path)
    for number in range(4):
        first.begin(a_command(number))
    first.settle(1)
    first.settle(2)
    killed(first)

    second = Journal(tmp_path)

    assert second.take_over() == [a_command(0), a_command(3)]
    assert second.take_over() == []
    assert len(files_in(tmp_path)) == 1


def test_what_was_taken_over_and_is_not_answered_goes_to_the_one_after(tmp_path: Path) -> None:
    first = Journal(tmp_path)
    first.begin(a_command(0))
    first.begin(a_command(1))
    killed(first)
    second = Journal(tmp_path)
    second.take_over()
    second.settle(0)
    killed(second)

    assert Journal(tmp_path).take_over() == [a_command(1)]


def test_what_a_living_program_has_is_its_own(tmp_path: Path) -> None:
    first = Journal(tmp_path)
    first.begin(a_command(0))

    assert Journal(tmp_path).take_over() == []
    assert len(files_in(tmp_path)) == 2


@pytest.mark.parametrize(
    "damage",
    [b"\n{", b"\nnull", b"\n[]", b"\n\xff\xfe\x00", b'\n{"id": "x"}', b'\n{"id": 5, "reply": {}}'],
)
def test_a_damaged_line_spoils_no_other(tmp_path: Path, damage: bytes) -> None:
    first = Journal(tmp_path)
    first.begin(a_command(0))
    [file] = files_in(tmp_path)
    with file.open("ab") as opened:
        opened.write(damage)
    first.begin(a_command(1))
    killed(first)
    torn = b"\n" + str(a_command(2)).encode()[:40]
    file.write_bytes(file.read_bytes() + torn)

    assert Journal(tmp_path).take_over() == [a_command(0), a_command(1)]


def test_without_room_on_the_disk_commands_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "file"
    folder.write_text("no folder")

    journal = Journal(folder)
    journal.begin(a_command(0))
    journal.settle(0)
    journal.close()

    assert journal.take_over() == []
    assert "may stay without an answer" in caplog.text


def test_a_long_life_keeps_no_more_than_what_is_pending(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.begin(a_command(0))
    for number in range(1, 2 * journals.LARGEST // 150):
        journal.begin(a_command(number))
        journal.settle(number)
    [file] = files_in(tmp_path)
    size = file.stat().st_size
    killed(journal)

    assert size < 1.1 * journals.LARGEST
    assert Journal(tmp_path).take_over() == [a_command(0)]


def test_whoever_answered_everything_leaves_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.begin(a_command(0))
    journal.settle(0)

    journal.close()

    assert files_in(tmp_path) == []
