"""Listeners: whoever reads the stream of events, loses it, and comes back where they were."""

import asyncio
import random

import aiohttp

from tests.soak.visitor import AWAY, House

LONGEST_S = 25.0


class Listener:
    """Each event has a number, and none may come twice or before an earlier one."""

    def __init__(self, house: House, chance: random.Random, *, key: str | None) -> None:
        self._house, self._chance, self._key = house, chance, key
        self._last: int | None = None

    async def live(self, over: asyncio.Event) -> None:
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        async with aiohttp.ClientSession(
            headers=headers, cookie_jar=aiohttp.CookieJar(unsafe=True)
        ) as session:
            while not over.is_set():
                try:
                    if self._key is None:
                        # The page's cookie opens the stream.
                        async with session.get(f"{self._house.easel.address}/") as page:
                            await page.read()
                    async with asyncio.timeout(self._chance.uniform(1, LONGEST_S)):
                        await self._listen(session)
                except AWAY:
                    await asyncio.sleep(self._chance.uniform(0.1, 1))

    async def _listen(self, session: aiohttp.ClientSession) -> None:
        known = {} if self._last is None else {"Last-Event-ID": str(self._last)}
        url = f"{self._house.easel.address}/v1/events"
        async with session.get(url, headers=known) as stream:
            self._house.answers[f"GET /v1/events {stream.status}"] += 1
            if stream.status != 200:
                await asyncio.sleep(1)
                return
            await self._read(stream)

    async def _read(self, stream: aiohttp.ClientResponse) -> None:
        """Up to the greeting is what one would know already: how long the queue is, for instance.

        Whoever was away for too long is told by a reset to begin anew.
        """
        number, kind, greeted = 0, "", False
        async for line in stream.content:
            name, _, value = line.decode(errors="replace").strip().partition(":")
            match name:
                case "retry":
                    greeted = True
                case "id":
                    number = int(value)
                case "event":
                    kind = value.strip()
                case "" if greeted and kind == "reset":
                    self._last, kind = number, ""
                case "" if greeted and kind:
                    self._count(number)
                    kind = ""

    def _count(self, number: int) -> None:
        if self._last is not None and number <= self._last:
            self._house.complaints.add(f"event {number} was told after event {self._last}")
        self._last = number
        self._house.done["events"] += 1
