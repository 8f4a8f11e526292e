"""A studio with a dispatcher over fakes, as the program wires them."""

import asyncio
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Coroutine,
    Mapping,
    Sequence,
)
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from engine.allowance import UNLIMITED, Allowance
from engine.caretaker import Caretaker
from engine.choices import Chosen, nothing_chosen
from engine.clock import utc_now
from engine.crew import Crew
from engine.dispatcher import Dispatcher
from engine.errors import StorageFailed
from engine.job import Picture, Status
from engine.keeping import Keeping
from engine.lease import Lease
from engine.line import Line
from engine.ports import NO_PICTURES
from engine.queue import FairQueue
from engine.request import ImageRequest
from engine.studio import Studio
from engine.tally import Tally
from engine.tariff import Tariff
from engine.waiting import Waiting
from storage.memory import MemoryLedger
from tests.fakes import FakePainter
from tests.storage.samples import NOON

AT_LEISURE = Lease(
    length=timedelta(hours=3),
    beat=timedelta(hours=1),
    sweep=timedelta(hours=1),
    pauses=(timedelta(0),) * 3,
)
"""Nothing happens by itself before a test is over; tests say when to beat and sweep."""


class FullDisk(MemoryLedger):
    """A ledger that can read and not write from the moment that `full` is set."""

    full = False

    async def finish(
        self,
        job: str,
        attempt: int,
        pictures: Sequence[Picture],
        now: datetime,
        tally: Tally | None = None,
    ) -> None:
        self._require_space()
        await super().finish(job, attempt, pictures, now, tally)

    async def end(
        self,
        job: str,
        status: Status,
        problem: str,
        *,
        now: datetime,
        attempt: int | None = None,
        spent: float = 0.0,
        pictures: Mapping[int, Picture] = NO_PICTURES,
        tally: Tally | None = None,
    ) -> bool:
        self._require_space()
        return await super().end(
            job,
            status,
            problem,
            now=now,
            attempt=attempt,
            spent=spent,
            pictures=pictures,
            tally=tally,
        )

    def _require_space(self) -> None:
        if self.full:
            raise StorageFailed("The disk is full.")


class Clock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass
class House:
    """All the parts, for tests to look at."""

    studio: Studio
    caretaker: Caretaker
    dispatcher: Dispatcher
    ledger: MemoryLedger
    painter: FakePainter
    line: Line
    tariff: Tariff
    running: "asyncio.Future[None]"


@asynccontextmanager
async def open_house(
    *,
    allowance: Allowance = UNLIMITED,
    ledger: MemoryLedger | None = None,
    painter: FakePainter | None = None,
    limit: int = 100,
    seats: int = 2,
    now: Callable[[], datetime] = utc_now,
    working: bool = True,
    lease: Lease = AT_LEISURE,
    chosen: Callable[[str | None, str | None], Awaitable[Chosen]] = nothing_chosen,
    patient: bool = False,
    holds_s: float = 5.0,
    crew: Crew | None = None,
) -> AsyncIterator[House]:
    """`working=False` leaves jobs in the queue; the painter waits until its gate is opened."""
    ledger, painter = ledger or MemoryLedger(), painter or FakePainter(seats=seats)
    line, tariff = Line(queue=FairQueue(), waiting=Waiting(limit=limit)), Tariff()

    async def allowed(owner: str, roles: Collection[str] | None = None) -> Allowance:
        await asyncio.sleep(0)
        return allowance

    studio = Studio(
        line=line,
        ledger=ledger,
        cards=painter.cards,
        tariff=tariff,
        allowance=allowed,
        chosen=chosen,
        now=now,
    )
    caretaker = Caretaker(line=line, ledger=ledger, allowance=allowed, now=now)
    dispatcher = Dispatcher(
        line=line,
        ledger=ledger,
        crew=crew or Crew(painter),
        tariff=tariff,
        now=now,
        worker="the house",
        sweep=caretaker.sweep,
        lease=lease,
        keeping=Keeping(ledger=ledger, bell=line.bell, holds_s=holds_s) if patient else None,
    )
    async with AsyncExitStack() as stack:
        running: asyncio.Future[None] = asyncio.Future()
        if working:
            running = asyncio.create_task(dispatcher.run())
            stack.push_async_callback(_stop, running)
        yield House(
            studio=studio,
            caretaker=caretaker,
            dispatcher=dispatcher,
            ledger=ledger,
            painter=painter,
            line=line,
            tariff=tariff,
            running=running,
        )


@asynccontextmanager
async def at_work(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """It goes on until it is stopped from outside."""
    running = asyncio.create_task(work)
    try:
        yield
    finally:
        await _stop(running)


async def _stop(running: asyncio.Future[None]) -> None:
    if running.cancel():
        with pytest.raises(asyncio.CancelledError):
            await running


async def until(true: Callable[[], bool]) -> None:
    """Let others run until it is so; the test's timeout ends what never comes."""
    while not true():  # noqa: ASYNC110  # what is awaited here has no event
        await asyncio.sleep(0)


async def price_of(request: ImageRequest) -> float:
    """What it costs here."""
    async with open_house(working=False) as house:
        return (await house.studio.quote(request)).price
