"""Question: something that may hang is asked, and nobody waits for it longer than they like."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Question(Generic[Answer]):
    """While it hangs it is not asked again: whoever comes later waits for the same answer, which
    also holds for a while."""

    def __init__(
        self, ask: Callable[[], Awaitable[Answer]], *, patience_s: float, holds_s: float = 0
    ) -> None:
        self._ask = ask
        self._patience_s, self._holds_s = patience_s, holds_s
        self._asked: asyncio.Task[Answer] | None = None
        self._holds_until = 0.0
        """By the clock of the event loop."""

    async def answer(self) -> Answer:
        """Raises TimeoutError, or what asking raises."""
        clock = asyncio.get_running_loop().time
        if self._asked is None or (self._asked.done() and clock() >= self._holds_until):
            self._asked = asyncio.create_task(self._answered())
            # Perhaps nobody waits any more when it ends.
            self._asked.add_done_callback(_look)
        asked = self._asked
        await asyncio.wait({asked}, timeout=self._patience_s)
        if not asked.done():
            raise TimeoutError
        return asked.result()

    async def _answered(self) -> Answer:
        try:
            return await self._ask()
        finally:
            self._holds_until = asyncio.get_running_loop().time() + self._holds_s


def _look(task: asyncio.Task[Answer]) -> None:
    if not task.cancelled():
        task.exception()
