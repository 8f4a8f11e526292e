"""Points at which a program kills itself. What is tried there knows nothing of them."""

import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from storage.transactions import Transactions

POINTS = (
    "before record",
    "after send",
    "record before its commit",
    "after record",
    "before delivered",
    "before begin",
    "begin before its commit",
    "after take_due",
    "after begin",
    "painting",
    "after keep",
    "delivered before its commit",
    "finish before its commit",
    "after finish",
    "before take_due",
    "end before its commit",
    "take_back before its commit",
    "before send",
    "after end",
    "after take_back",
    "after delivered",
)
"""Those where something is sent stand apart: what was sent is not sent a third time at once."""

call: ContextVar[str] = ContextVar("call", default="")


@dataclass(kw_only=True)
class Traps:
    """One of the points is armed, and snaps when it is reached for the `at`th time."""

    armed: str | None = None
    at: int = 1

    def reach(self, point: str) -> None:
        if point == self.armed:
            self.at -= 1
            if self.at <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


class Trapped:
    """Behaves as what it holds, with a point before and after every call."""

    def __init__(self, held: Any, traps: Traps) -> None:
        self._held, self._traps = held, traps

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        held = getattr(self._held, name)

        async def trapped(*given: Any, **named: Any) -> Any:
            self._traps.reach(f"before {name}")
            token = call.set(name)
            try:
                answer = await held(*given, **named)
            finally:
                call.reset(token)
            if answer or name not in {"take_back", "take_due"}:
                self._traps.reach(f"after {name}")
            return answer

        return trapped


class TrappedTransactions(Transactions):
    """With a point when all is written and nothing is committed."""

    traps = Traps()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        async with super().begin() as session:
            yield session
            self.traps.reach(f"{call.get()} before its commit")
