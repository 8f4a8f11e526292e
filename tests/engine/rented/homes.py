"""Engines that stay, without torch, and machines that are rented as somebody makes them up."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from engine.child.messages import Failed, FromChild, Ready
from engine.child.mishap import mishap_of
from engine.errors import PaintingFailed
from engine.rented.letter import Greeting, Offer, answering
from engine.rented.painter import RentedPainter
from engine.rented.resident import Resident
from tests.engine.child.fake_child import open_fake
from tests.engine.child.nursery import PATIENCE_S, orders
from tests.fakes import BOOK

VERSION = "1.0"
BROKEN = mishap_of(PaintingFailed("It did not work."))


@asynccontextmanager
async def settled(folder: Path, *models: str) -> AsyncIterator[Resident]:
    """Once it is warm, or cannot be."""
    resident = Resident(orders(folder, *models), open_fake, version=VERSION)
    await asyncio.to_thread(resident.start)
    try:
        yield resident
    finally:
        await asyncio.to_thread(resident.close, PATIENCE_S)


def greeting(call: str = "fc-1", version: str = VERSION) -> bytes:
    return answering(Greeting(version=version, call=call))


def letters(*messages: FromChild) -> list[bytes]:
    return [answering(message) for message in messages]


def deployed(version: str = VERSION, seats: int = 3, **changes: Any) -> bytes:
    cards = changes.get("cards", {BOOK.name: BOOK})
    return answering(Offer(version=version, engine=Ready(cards=cards, seats=seats)))


def without(why: Exception) -> bytes:
    """What is deployed has no engine."""
    return answering(Offer(version=VERSION, engine=Failed(mishap=mishap_of(why))))


class Scripted:
    """A Landlord that says just that. After the last letter it ends, or hangs where it `hangs`."""

    def __init__(self, *says: bytes, hangs: bool = False) -> None:
        self.says = says
        self.hangs = hangs
        self.offers: list[bytes | Exception] = []
        self.cancelled: list[str] = []
        self.asked = asyncio.Event()
        self.heard = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.ended = asyncio.Event()
        self.paints: Callable[[], Awaitable[None]] | None = None

    async def offer(self) -> bytes:
        answer = self.offers.pop(0) if self.offers else deployed()
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def paint(self, letter: bytes) -> AsyncGenerator[bytes, None]:
        self.asked.set()
        try:
            await self.go_on.wait()
            if self.paints is not None:
                await self.paints()
            for each in self.says:
                yield each
            self.heard.set()
            if self.hangs:
                await asyncio.Event().wait()
        finally:
            self.ended.set()

    async def cancel(self, call: str) -> None:
        self.cancelled.append(call)


class Here:
    """A Landlord that is no farther than this."""

    def __init__(self, resident: Resident) -> None:
        self._offer = answering(Offer(version=resident.version, engine=resident.ready))
        self._resident = resident

    async def offer(self) -> bytes:
        return self._offer

    def paint(self, letter: bytes) -> AsyncGenerator[bytes, None]:
        return self._resident.paint(letter, "here")

    async def cancel(self, call: str) -> None:
        """Whoever stops listening has withdrawn it already."""


@asynccontextmanager
async def rented(landlord: Scripted | Here, **more: Any) -> AsyncIterator[RentedPainter]:
    """A painter that has started."""
    painter = RentedPainter("landlord", landlord, **{"machines": 2, "version": VERSION, **more})
    await painter.start()
    try:
        yield painter
    finally:
        await painter.close(within_s=PATIENCE_S)
