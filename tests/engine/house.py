"""A studio with a dispatcher over fakes, as the program wires them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest

from engine.allowance import UNLIMITED, Allowance
from engine.dispatcher import Dispatcher
from engine.line import Line
from engine.price import Speeds
from engine.queue import FairQueue
from engine.studio import Studio
from storage.memory import MemoryLedger
from tests.fakes import FakePainter


@dataclass
class House:
    """All the parts, for tests to look at."""

    studio: Studio
    ledger: MemoryLedger
    painter: FakePainter
    line: Line


@asynccontextmanager
async def open_house(
    *,
    allowance: Allowance = UNLIMITED,
    ledger: MemoryLedger | None = None,
    limit: int = 100,
    working: bool = True,
) -> AsyncIterator[House]:
    """`working=False` leaves jobs in the queue; the painter waits until its gate is opened."""
    ledger, painter = ledger or MemoryLedger(), FakePainter()
    line, speeds = Line(queue=FairQueue(limit=limit)), Speeds()
    studio = Studio(
        line=line, ledger=ledger, cards=painter.cards, speeds=speeds, allowance=allowance
    )
    dispatcher = Dispatcher(line=line, ledger=ledger, painter=painter, speeds=speeds)
    async with AsyncExitStack() as stack:
        if working:
            running = asyncio.create_task(dispatcher.run())
            stack.push_async_callback(_stop, running)
        yield House(studio=studio, ledger=ledger, painter=painter, line=line)


async def _stop(running: asyncio.Task[None]) -> None:
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def until(true: Callable[[], bool]) -> None:
    """Let others run until it is so; the test's timeout ends what never comes."""
    while not true():  # noqa: ASYNC110  # what is awaited here has no event
        await asyncio.sleep(0)
