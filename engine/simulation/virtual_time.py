"""VirtualTime: an event loop whose clock jumps to the next thing that is due."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

Answer = TypeVar("Answer")

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
RESOLUTION_S = 1e-6


class VirtualTime(asyncio.SelectorEventLoop):
    """Nobody waits for a sleep, and all happens in its order.

    What is done in other threads takes no time by this clock as long as it stands `still`.
    """

    def __init__(self) -> None:
        self._seconds = 0.0
        self._still = 0
        super().__init__(_Jumping(self))
        # After months the smallest part of a second that a float still tells is larger than what
        # the loop takes for one.
        self._clock_resolution = RESOLUTION_S

    def time(self) -> float:
        return self._seconds

    def now(self) -> datetime:
        """What a calendar says there."""
        return BEGIN + timedelta(seconds=self._seconds)

    @contextmanager
    def still(self) -> Iterator[None]:
        """The clock does not go on."""
        self._still += 1
        try:
            yield
        finally:
            self._still -= 1

    def standing_still(self, calls: object) -> Any:
        """The same calls, which take no time."""
        return _Still(self, calls)

    @property
    def stands(self) -> bool:
        return self._still > 0

    def jump(self, seconds: float) -> None:
        self._seconds += seconds


async def in_virtual_time(main: Callable[[VirtualTime], Awaitable[Answer]]) -> Answer:
    """What it answers, from a thread and an event loop of its own. Who gives up waiting ends it."""
    loop = VirtualTime()

    async def run() -> Answer:
        return await main(loop)

    def work() -> Answer:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            return runner.run(run())

    def stop() -> None:
        for task in asyncio.all_tasks(loop):
            task.cancel()

    working = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        if not working.done():
            loop.call_soon_threadsafe(stop)
            await asyncio.wait([working])
        raise


class _Jumping(selectors.DefaultSelector):
    """Where all wait for the clock it goes on, unless it has to stand still."""

    def __init__(self, loop: VirtualTime) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return list(super().select(timeout))
        if self._loop.stands:
            return list(super().select(None))
        ready = list(super().select(0))
        if not ready:
            self._loop.jump(timeout)
        return ready


class _Still:
    def __init__(self, loop: VirtualTime, calls: object) -> None:
        self._loop, self._calls = loop, calls

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        call = getattr(self._calls, name)

        async def called(*given: Any, **named: Any) -> Any:
            with self._loop.still():
                return await call(*given, **named)

        return called
