"""One event is one record in the log, whatever was written by whom, and holds no secret."""

import json
import logging
import re
import sys
from collections.abc import Iterator
from io import StringIO
from typing import Literal

import pytest

from bot.logs import lines_to
from engine.about import about
from tests.bot.discord.counts.amount import counted
from tests.security.corpus import LINES, texts
from tests.security.signs import commands_in

RECORD = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ [\w.]+: ")
PASSWORD = "pl4nted-p4ss"
# Of nobody's family: pytest, which listens everywhere, cannot hand half a letter on to another
# process.
log = logging.Logger("tests.security.lines")  # noqa: LOG001 - one that is registered is heard


@pytest.fixture(params=["human", "json"])
def written(request: pytest.FixtureRequest) -> Iterator[StringIO]:
    """What goes into the log from now on."""
    stream = StringIO()
    handler = lines_to(stream, request.param, [PASSWORD])
    log.addHandler(handler)
    yield stream
    log.removeHandler(handler)


@counted(1000)
@pytest.mark.promise(23)
def test_one_event_is_one_record(written: StringIO, count: int) -> None:
    words = [*LINES, *texts(count - len(LINES))]

    for number, word in enumerate(words):
        _happen(number, f"{word}{PASSWORD}\n2026-01-01 00:00:00,000 ERROR bot: forged")

    told = written.getvalue()
    lines = told.split("\n")[:-1]
    records = [line for line in lines if line.startswith("{") or RECORD.match(line)]
    below = [line for line in lines if line not in records]
    assert len(records) == count
    assert not [line for line in below if line and not line.startswith("    ")]
    assert not commands_in(told)
    assert "\t" not in told
    assert PASSWORD not in told
    if lines[0].startswith("{"):
        assert len([json.loads(line) for line in lines]) == count


@pytest.mark.parametrize("form", ["human", "json"])
def test_a_line_that_is_written_wrongly_shows_nothing_of_it(form: Literal["human", "json"]) -> None:
    stream = StringIO()
    record = log.makeRecord(log.name, logging.ERROR, __file__, 7, "%d", (PASSWORD,), None)

    lines_to(stream, form).handle(record)

    assert stream.getvalue() == f"a line of the log could not be written: {__file__}:7\n"


def test_half_a_letter_stops_no_line(capfd: pytest.CaptureFixture[str]) -> None:
    # pytest, which listens at the root, cannot hand such a letter on.
    alone = logging.Logger("alone")  # noqa: LOG001 - of nobody's family
    alone.addHandler(lines_to(sys.stderr, "json"))

    alone.error("a fox %s", "\ud800")

    assert "a fox" in capfd.readouterr().err


def _happen(number: int, word: str) -> None:
    match number % 4:
        case 0:
            log.warning("somebody wrote %s", word)
        case 1:
            with about(owner=word, request=word):
                log.warning("somebody asked")
        case 2:
            try:
                raise ValueError(word)
            except ValueError:
                log.exception("that broke: %s", word)
        case _:
            log.warning("%s", word, extra={"job": word, "route": word})
