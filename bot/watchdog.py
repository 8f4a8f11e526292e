"""Watchdog: ends the program where it does not end by itself in the time that it has."""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from math import inf

log = logging.getLogger(__name__)

LOOK_S = 0.05
LONGEST_LOOK_S = 0.25
"""Of a look that took longer, the machine slept or stood still: that time is nobody's."""
LAST_LINE_S = 0.2
OVERDUE = 1


class Watchdog:
    """A thread, since it may be the event loop that hangs. `end` ends the program with a code."""

    def __init__(self, end: Callable[[int], object] = os._exit) -> None:
        self._end = end
        self._awake = 0.0
        self._ends = inf
        self._thread: threading.Thread | None = None
        self.code = OVERDUE

    def within(self, seconds: float) -> None:
        """From now on the program has so long; never longer than was said before."""
        self._ends = min(self._ends, self._awake + seconds)
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
            self._thread.start()

    def _watch(self) -> None:
        while self._awake < self._ends:
            before = time.monotonic()
            time.sleep(LOOK_S)
            self._awake += min(time.monotonic() - before, LONGEST_LOOK_S)
        # Where nobody reads what is logged, the line must not be what hangs now.
        telling = threading.Thread(target=self._tell, daemon=True)
        telling.start()
        telling.join(LAST_LINE_S)
        self._end(self.code)

    def _tell(self) -> None:
        if self.code == OVERDUE:
            log.critical(
                "Easel did not end in time and is ended now. What it was doing is taken up at the "
                "next start"
            )


def leave(code: int) -> None:
    """End the program now that nothing is left to be done.

    Not by the end of the interpreter: taking torch apart takes a second, and a thread that still
    paints must not be waited for.
    """
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
