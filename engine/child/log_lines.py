"""Log lines: a child has no log of its own; what it would write there its parent writes."""

import logging
import sys
import threading
import traceback
from collections.abc import Callable
from types import TracebackType

from engine.about import about, known
from engine.child.messages import LogLine

OURS = "engine"
Raised = tuple[type[BaseException], BaseException, TracebackType | None]

log = logging.getLogger(__name__)


class Elsewhere(Exception):
    """An error of another process: as it would have been written there."""


class Lines(logging.Handler):
    """Sends each record that is written in this process."""

    def __init__(self, send: Callable[[LogLine], None]) -> None:
        super().__init__()
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        try:
            message, told = record.getMessage(), _traceback(record)
        except Exception:  # a line that was written wrongly costs nobody their picture
            message, told = "a line of the log could not be written", ""
        line = LogLine(
            level=record.levelno,
            logger=record.name,
            message=message,
            file=record.pathname,
            at=record.lineno,
            facts=known(),
            traceback=told,
        )
        self._send(line)


def send_lines(send: Callable[[LogLine], None]) -> None:
    """From now on: warnings and worse of everybody, and of ours also what is right."""
    logging.basicConfig(level=logging.WARNING, handlers=[Lines(send)], force=True)
    logging.getLogger(OURS).setLevel(logging.INFO)
    logging.captureWarnings(True)
    # What a bug says of itself where nobody waits for it.
    sys.excepthook = _ended
    threading.excepthook = lambda told: _told(told.exc_type, told.exc_value, told.exc_traceback)
    sys.unraisablehook = lambda told: _told(told.exc_type, told.exc_value, told.exc_traceback)


def write(line: LogLine) -> None:
    """Where the parent's own lines go, if it wants such lines."""
    logger = logging.getLogger(line.logger)
    if not logger.isEnabledFor(line.level):
        return
    # As an error that was raised here: whoever writes the line takes the same care of it.
    raised: Raised | None = None
    if line.traceback:
        raised = (Elsewhere, Elsewhere(line.traceback), None)
    with about(line.facts):
        record = logger.makeRecord(
            line.logger, line.level, line.file, line.at, line.message, (), raised
        )
        logger.handle(record)


def _traceback(record: logging.LogRecord) -> str:
    error = record.exc_info[1] if record.exc_info else None
    return "".join(traceback.format_exception(error)) if error else ""


def _ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    _told(kind, error, trace)


def _told(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    if error is not None and not issubclass(kind, SystemExit):
        log.error("a bug was met where nobody waits for it", exc_info=(kind, error, trace))
