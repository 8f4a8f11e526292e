"""The log: a line that must not be there is found, unless it is excused."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.soak.excuses import AFTER_S, Excuses, Trouble
from tests.soak.log_lines import LogFile

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def line(**said: str) -> str:
    told = {
        "time": NOW.isoformat(),
        "level": "error",
        "logger": "storage.database",
        "message": "the database failed: database is locked",
    }
    return json.dumps(told | said) + "\n"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (line(), "the database failed"),
        (line(logger="bot.web.problem", message="met a bug", traceback="…\nKeyError: 3"), "(KeyE"),
        (line(level="warning", traceback="KeyError"), "KeyError"),
        ("Traceback (most recent call last):\n", "a line that is none: Traceback"),
        ('{"message": "half"}\n', "a line that is none"),
    ],
)
def test_a_line_of_the_log_that_must_not_be_there_is_found_once(
    tmp_path: Path, written: str, words: str
) -> None:
    log = LogFile(path=tmp_path / "log")
    log.path.write_text(line(level="info") + written)

    [found] = log.complaints(Excuses())

    assert words in found
    assert not list(log.complaints(Excuses()))


def test_a_database_that_is_locked_may_be_called_so_and_nothing_else(tmp_path: Path) -> None:
    excuses = Excuses()
    excuses.note(Trouble.DATABASE, NOW.timestamp() - 5, NOW.timestamp() - 1)
    log = LogFile(path=tmp_path / "log")
    log.path.write_text(line() + line(message="it broke") + line(logger="engine.line"))

    found = list(log.complaints(excuses))

    assert len(found) == 2


def test_half_a_line_is_read_when_all_of_it_is_there(tmp_path: Path) -> None:
    whole = line()
    log = LogFile(path=tmp_path / "log")
    log.path.write_text(whole[:30])

    first = list(log.complaints(Excuses()))
    log.path.write_text(whole)

    assert not first
    assert len(list(log.complaints(Excuses()))) == 1


def test_an_excuse_holds_from_just_before_until_a_while_after() -> None:
    excuses = Excuses()
    excuses.note(Trouble.DATABASE, 1000.0, 1010.0)

    assert excuses.any(997.0, Trouble.DATABASE)
    assert excuses.any(1010.0 + AFTER_S, Trouble.DATABASE, Trouble.AWAY)
    assert not excuses.any(1010.1 + AFTER_S)
    assert not excuses.any(996.0)
    assert not excuses.any(1005.0, Trouble.AWAY)


def test_a_trouble_that_lasts_is_an_excuse_until_it_is_over() -> None:
    excuses = Excuses()

    with excuses.during(Trouble.AWAY):
        lasting = excuses.any(10.0**11)

    assert lasting
    assert not excuses.any(10.0**11)
