"""What a child would write into a log is written by its parent."""

import logging
from io import StringIO
from typing import Any

from engine.about import about
from engine.child.log_lines import Lines, write
from engine.child.messages import LogLine
from tests.engine.child.nursery import hearing

FORGED = "2026-01-01 00:00:00,000 ERROR bot: forged"


class Careful(logging.Formatter):
    """Takes care of errors in its own way, as those of programs do."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name
        return f"careful: {ei[1]}"


def line(**changes: object) -> LogLine:
    usual: dict[str, object] = {
        "level": logging.WARNING,
        "logger": "engine.far",
        "message": "%s is %d",
        "file": "/far/away.py",
        "at": 7,
        "facts": {"job": "j1"},
        "traceback": "",
    }
    return LogLine(**{**usual, **changes})  # type: ignore[arg-type]  # as the fields say


def sent_by(*record: object, **more: object) -> LogLine:
    """What becomes of a record."""
    sent: list[LogLine] = []
    logger, lines = logging.getLogger("engine.far"), Lines(sent.append)
    logger.addHandler(lines)
    logger.propagate = False
    try:
        logger.warning(*record, **more)  # type: ignore[arg-type]  # as a logger takes it
    finally:
        logger.removeHandler(lines)
        logger.propagate = True
    (only,) = sent
    return only


def test_a_record_is_sent_with_what_it_is_about() -> None:
    with about(job="j1"):
        sent = sent_by("%s is %d", "a fox", 7)

    assert sent.message == "a fox is 7"
    assert (sent.level, sent.logger, sent.facts) == (30, "engine.far", {"job": "j1"})
    assert sent.file == __file__
    assert sent.traceback == ""


def test_a_record_that_was_written_wrongly_is_sent_without_what_it_says() -> None:
    sent = sent_by("%d", "secret")

    assert "could not be written" in sent.message
    assert "secret" not in f"{sent}"
    assert sent.file == __file__


def test_an_error_is_sent_with_where_it_was_met() -> None:
    try:
        raise RuntimeError("what nobody expected")
    except RuntimeError:
        sent = sent_by("it broke", exc_info=True)

    assert sent.traceback.startswith("Traceback")
    assert "test_log_lines.py" in sent.traceback
    assert sent.traceback.endswith("RuntimeError: what nobody expected\n")


def test_a_line_is_written_as_it_was_said_there() -> None:
    with hearing() as heard:
        write(line())

    ((record, facts),) = heard.records
    assert record.getMessage() == "%s is %d"
    assert (record.name, record.levelno) == ("engine.far", logging.WARNING)
    assert (record.filename, record.lineno) == ("away.py", 7)
    assert facts == {"job": "j1"}
    assert record.exc_info is None


def test_an_error_there_is_written_as_one_that_was_met_here() -> None:
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Careful())
    logger = logging.getLogger("engine.far")
    logger.addHandler(handler)
    try:
        write(line(message="it broke", traceback=f"Traceback\n{FORGED}"))
    finally:
        logger.removeHandler(handler)

    assert stream.getvalue() == f"it broke\ncareful: Traceback\n{FORGED}\n"


def test_a_line_that_nobody_wants_is_not_written() -> None:
    with hearing(logging.WARNING) as heard:
        write(line(level=logging.INFO))

    assert heard.records == []
