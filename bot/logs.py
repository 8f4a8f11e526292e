"""What the log looks like: lines for people, or JSON for programs. It goes to stderr.

Plain `logging`: every library that we use writes to it, so all of their lines say the same of
themselves as ours do.
"""

import json
import logging
import sys
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from bot.last_words import take_last_words
from bot.redacted import redacted
from engine.about import known
from engine.letters import COMMANDS, escaped

HUMAN = "%(asctime)s %(levelname)s %(name)s: %(message)s"
FACTS = ("job", "owner", "route", "request")
"""What a line says of where it comes from."""
OURS = ("bot", "engine", "storage")
NO_HTTP = "aiohttp.http_exceptions"
CHOICES = "discord.app_commands.tree"
NOT_TAKEN = frozenset({10062, 40060})
"""Discord's codes for an answer that comes too late, or is another's already."""
NAMES_A_JOB = "job %s"
BELOW = "    "
"""Before each line of a traceback, so that none of them can pass for a line of its own."""


class Facts(logging.Filter):
    """Gives each record what it is about: as it says itself, or as is known where it is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        facts = {**known(), **_job_in(record)}
        for name in FACTS:
            if name in facts and not hasattr(record, name):
                setattr(record, name, facts[name])
        return True


def without_what_cannot_be_read(record: logging.LogRecord) -> bool:
    """aiohttp writes out what speaks no HTTP, with all that was sent, and calls it an error.

    Whoever sent that was told. It may be anything, a key in a broken header too.
    """
    if record.exc_info and getattr(record.exc_info[0], "__module__", "") == NO_HTTP:
        record.exc_info = record.exc_text = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.msg, record.args = "something was sent that is no HTTP", ()
    return True


def without_late_choices(record: logging.LogRecord) -> bool:
    """discord.py calls it an error where choices come when nobody waits for them any more.

    Whoever typed has typed on, and was offered others.
    """
    error = record.exc_info[1] if record.exc_info else None
    return record.name != CHOICES or getattr(error, "code", None) not in NOT_TAKEN


class HumanLines(logging.Formatter):
    """What the line is about comes at its end. A traceback stands below it."""

    def __init__(self, hidden: Collection[str] = ()) -> None:
        super().__init__(HUMAN)
        self._hidden = hidden

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record), self._hidden)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name
        told = super().formatException(ei).split("\n")
        return "\n".join(BELOW + COMMANDS.sub(" ", line) for line in told)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        told = [f" {name}={value}" for name, value in _facts(record).items()]
        # Whatever somebody wrote, one line stays one line.
        return COMMANDS.sub(" ", super().formatMessage(record) + "".join(told))


class JsonLines(logging.Formatter):
    """One object a line."""

    def __init__(self, hidden: Collection[str] = ()) -> None:
        super().__init__()
        self._hidden = hidden

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_facts(record),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        clean = {name: redacted(value, self._hidden) for name, value in entry.items()}
        # Some of them also end a line or command a terminal, and JSON itself lets them pass.
        return COMMANDS.sub(escaped, json.dumps(clean, ensure_ascii=False))


class Lines(logging.StreamHandler[TextIO]):
    """One for each record, also of one that was written wrongly."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        # Left alone, logging shows all that was to be written, with what opens something.
        with suppress(Exception):
            wrong = f"a line of the log could not be written: {record.pathname}:{record.lineno}"
            self.stream.write(f"{COMMANDS.sub(' ', wrong)}\n")


def lines_to(
    stream: TextIO, form: Literal["human", "json"], hidden: Collection[str] = ()
) -> logging.Handler:
    """Writes there what it is given."""
    handler = Lines(stream)
    handler.addFilter(Facts())
    handler.addFilter(without_what_cannot_be_read)
    handler.addFilter(without_late_choices)
    handler.setFormatter(JsonLines(hidden) if form == "json" else HumanLines(hidden))
    return handler


def start_logging(form: Literal["human", "json"], *, hidden: Collection[str] = ()) -> None:
    """For people warnings and worse of everybody: what is right needs no words.

    For programs also what becomes of each job and each request. `hidden` is never written.
    """
    to_stderr = lines_to(sys.stderr, form, hidden)
    logging.basicConfig(level=logging.WARNING, handlers=[to_stderr])
    take_last_words()
    if form == "json":
        for name in OURS:
            logging.getLogger(name).setLevel(logging.INFO)


def _facts(record: logging.LogRecord) -> dict[str, str]:
    return {name: str(getattr(record, name)) for name in FACTS if hasattr(record, name)}


def _job_in(record: logging.LogRecord) -> dict[str, str]:
    """Whoever writes “job %s” names one, also where nothing else says which it is about."""
    before, named, _ = str(record.msg).partition(NAMES_A_JOB)
    place = before.count("%")
    if named and isinstance(record.args, tuple) and place < len(record.args):
        return {"job": str(record.args[place])}
    return {}
