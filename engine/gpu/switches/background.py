"""Background: a thread for what takes a minute and must not hold up those who wait for a step."""

import atexit
import logging
import sys
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import ClassVar

log = logging.getLogger(__name__)

# A thread that is busy with Python lets go of it only that often. With torch's usual 5 ms beside
# such a thread a step of 2 ms took 11 and now and then a second; with this 2.6, and 10 at most.
LETS_GO_S = 0.00005
USUAL_S = sys.getswitchinterval()
# For a compilation that is at work when a program comes to its own end: some take minutes.
WAITED_S = 300.0


class Background:
    """One piece of work after another, in the order in which it was asked for."""

    _open: ClassVar[int] = 0
    _door: ClassVar[threading.Lock] = threading.Lock()

    @staticmethod
    def busy() -> bool:
        """True while anything is asked for and not done, anywhere in this process."""
        return Background._open > 0

    def __init__(self) -> None:
        self._asked: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False

    def ask(self, work: Callable[[], None]) -> None:
        """What goes wrong with it is the business of the work itself. Nothing, after the end."""
        with Background._door:
            if self._closed:
                return
            Background._open += 1
            self._asked.put(work)
        if self._thread is None:
            # A daemon: a compilation cannot be stopped, and nobody who stays must wait for its end.
            self._thread = threading.Thread(target=self._run, name="background", daemon=True)
            self._thread.start()
            atexit.register(self._end)

    def close(self) -> None:
        """Nothing more is begun."""
        with Background._door:
            self._closed = True
            self._asked.put(None)

    def _end(self) -> None:
        """A Python that is taken apart beneath a compiler ends the program as one that crashed."""
        self.close()
        if self._thread is not None:
            self._thread.join(WAITED_S)

    def _run(self) -> None:
        while work := self._asked.get():
            if not self._closed:
                self._do(work)
            with Background._door:
                Background._open -= 1
            # Else the model that it was about could not be put away before the next comes.
            work = None
        atexit.unregister(self._end)

    def _do(self, work: Callable[[], None]) -> None:
        sys.setswitchinterval(LETS_GO_S)
        try:
            work()
        except Exception as error:
            log.error("what was done in the background failed", exc_info=error)
        finally:
            sys.setswitchinterval(USUAL_S)
