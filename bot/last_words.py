"""Last words: what a bug that nobody met says of itself goes into the log, with all its care.

Left alone, Python writes it to stderr as it is: in several lines, and with what opens something.
"""

import logging
import sys
import threading
from types import TracebackType

log = logging.getLogger(__name__)


def take_last_words() -> None:
    """Where nobody else listens already."""
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _ended
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = _thread_ended
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = _passed_over


def _ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        log.critical("ended by a bug", exc_info=(kind, error, trace))


def _thread_ended(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None and not issubclass(told.exc_type, SystemExit):
        exc_info = (told.exc_type, told.exc_value, told.exc_traceback)
        log.error("a thread was ended by a bug", exc_info=exc_info)


def _passed_over(told: "sys.UnraisableHookArgs") -> None:
    if told.exc_value is not None:
        exc_info = (told.exc_type, told.exc_value, told.exc_traceback)
        log.error("a bug was met while tidying up", exc_info=exc_info)
