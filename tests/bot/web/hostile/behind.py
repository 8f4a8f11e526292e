"""Easel on an event loop in a thread of its own, for clients that wait for each answer."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Queue
from threading import Thread
from typing import Any

from aiohttp.test_utils import TestServer

from bot.settings import Settings
from bot.web.app import make_web
from engine.job import Owner
from engine.request import ImageRequest
from tests.bot.web.conftest import SECRET, House, open_house

WHO = Owner(id="key:fuzzing")
TURNS = 400
"""A key opens so often before the next one is taken, so that nobody asks too often."""


@dataclass(kw_only=True)
class Behind:
    """Where it is, and keys that open it."""

    address: str
    house: House
    loop: asyncio.AbstractEventLoop
    over: asyncio.Event = field(default_factory=asyncio.Event)
    keys: list[str] = field(default_factory=list)
    turns: int = 0

    def opening(self) -> dict[str, str]:
        """The header of a caller who may do everything."""
        if self.turns % TURNS == 0:
            self.keys.append(self._wait(self.house.key(f"key-{len(self.keys)}", owner=WHO)))
        self.turns += 1
        return {"Authorization": f"Bearer {self.keys[-1]}"}

    def painted(self) -> str:
        """The id of a job that has ended, of whoever has the keys."""
        return self._wait(self._paint())

    async def _paint(self) -> str:
        request = ImageRequest(prompt="a fox", fresh=True)
        ticket = await self.house.studio.submit(request, WHO)
        await ticket.pictures()
        return ticket.job.id

    def _wait(self, coroutine: Coroutine[Any, Any, str]) -> str:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout=30)


@contextmanager
def easel_behind(settings: Settings) -> Iterator[Behind]:
    """Until nobody asks it any more."""
    told: Queue[Behind | BaseException] = Queue()
    thread = Thread(target=_run, args=(settings, told))
    thread.start()
    behind = told.get(timeout=60)
    if isinstance(behind, BaseException):
        thread.join()
        raise behind
    try:
        yield behind
    finally:
        behind.loop.call_soon_threadsafe(behind.over.set)
        thread.join()


def _run(settings: Settings, told: "Queue[Behind | BaseException]") -> None:
    try:
        asyncio.run(_serve(settings, told))
    except BaseException as error:
        told.put(error)
        raise


async def _serve(settings: Settings, told: "Queue[Behind | BaseException]") -> None:
    async with open_house(settings) as house:
        house.painter.gate.set()
        pages = make_web(house.app, host="easel.example", device="cpu", secret=SECRET)
        server = TestServer(pages)
        await server.start_server()
        try:
            behind = Behind(
                address=str(server.make_url("")).rstrip("/"),
                house=house,
                loop=asyncio.get_running_loop(),
            )
            told.put(behind)
            await behind.over.wait()
        finally:
            await server.close()
