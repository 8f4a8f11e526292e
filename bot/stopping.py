"""Stopping: what SIGINT, SIGTERM and SIGHUP do, and how much time is left once they came."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import FrameType

from bot.signals import heard
from bot.watchdog import Watchdog
from engine.line import Line

log = logging.getLogger(__name__)

LAST_S = 1.0
"""For last answers, once there is no time left for pictures."""
MOST_S = 1.6
"""After its grace the program takes no longer than this, whatever hangs."""


class Stopping:
    """The first signal stops in order, a second one without waiting for anything.

    Before the program is ready there is nothing to wait for. Made within its event loop, by the
    task that is stopped.
    """

    def __init__(self, *, grace_s: float, watchdog: Watchdog | None = None) -> None:
        self._grace_s = grace_s
        self._watchdog = watchdog
        self._loop = asyncio.get_running_loop()
        self._main = asyncio.current_task()
        self._ready = False
        self._asked = asyncio.Event()
        self._until: float | None = None

    @property
    def meant(self) -> bool:
        """True once a signal came."""
        return self._asked.is_set()

    @property
    def left(self) -> float:
        """Seconds in which what was begun may end. Where something broke, there is little."""
        return LAST_S if self._until is None else max(0.0, self._until - self._loop.time())

    @property
    def left_for_answers(self) -> float:
        """Seconds in which people may still be told of it."""
        if self._until is None:
            return LAST_S
        return max(0.0, self._until + LAST_S - self._loop.time())

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        # Not by the event loop, which would give them back at its end: one that comes then would
        # kill the program.
        before = {each: signal.signal(each, self._heard) for each in heard()}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    async def asked(self) -> None:
        """Until a signal says so. From now on the program is ready."""
        self._ready = True
        await self._asked.wait()

    @asynccontextmanager
    async def noticing(self) -> AsyncIterator[None]:
        """Where something breaks, what is open around here has little time to close."""
        try:
            yield
        except BaseException:
            self.hurry()
            raise

    def hurry(self) -> None:
        """There is no time any more."""
        now = self._loop.time()
        # Answers that are on their way have left already, or wait for somebody who hangs.
        self._until = min(self._until or now, now - LAST_S)
        self._watch(MOST_S)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        self._loop.call_soon_threadsafe(self._stop)

    def _stop(self) -> None:
        if self._until is None:
            self._until = self._loop.time() + self._grace_s
            self._asked.set()
            self._watch(self._grace_s + MOST_S)
            if self._ready:
                return
        elif self._until < self._loop.time() - LAST_S:
            return  # it cannot be hurried any more
        else:
            self.hurry()
        if self._main is not None:
            self._main.cancel()

    def _watch(self, seconds: float) -> None:
        if self._watchdog is not None:
            self._watchdog.within(seconds)


async def drain(line: Line, stopping: Stopping) -> None:
    """What was begun is finished; what takes longer than there is time goes back to the queue."""
    painting = len(line.works)
    log.info("Easel stops: %d jobs are being painted", painting)
    line.end()
    if not await _in_time(line.stop.done, stopping.left):
        log.warning("there is no time to finish %d jobs, so they are put back", len(line.works))
        line.end(overdue=True)
        await _in_time(line.stop.done, stopping.left_for_answers)


async def _in_time(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
