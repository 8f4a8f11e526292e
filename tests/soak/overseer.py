"""Overseer: a moderator by HTTP, who takes back what they do."""

import asyncio
from collections.abc import Callable, Sequence

import aiohttp

from tests.soak.visitor import AWAY, Visitor

TRIES = 30


class Overseer(Visitor):
    """A moderator by HTTP, who takes back what they do."""

    thinks_s = 4.0

    def acts(self) -> Sequence[tuple[Callable[[], object], int]]:
        return ((self._look, 3), (self._pause, 1), (self._withdraw, 2))

    async def _look(self) -> None:
        await self.ask("GET", self._chance.choice(("/v1/people", "/v1/audit", "/v1/tiers")))

    async def _pause(self) -> None:
        gate = self._chance.choice(("paused", "draining"))
        await self.ask("PUT", "/v1/queue", json={"gate": gate, "why": "a soak"})
        await asyncio.sleep(self._chance.uniform(0.2, 1.5))
        for _ in range(TRIES):
            if await self._opened():
                return
            await asyncio.sleep(1)

    async def _withdraw(self) -> None:
        queue = await self.ask("GET", "/v1/queue")
        if queue.status == 200 and queue.told["jobs"]:
            job = self._chance.choice(queue.told["jobs"])
            await self.ask("DELETE", f"/v1/queue/{job.get('id') or job.get('job')}?why=soak")

    async def restore(self) -> bool:
        """Whether the queue goes on."""
        async with aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {self._key}"}
        ) as self._session:
            return await self._opened()

    async def _opened(self) -> bool:
        try:
            answer = await self.ask("PUT", "/v1/queue", json={"gate": "open", "why": "a soak"})
        except AWAY:
            return False
        return answer.status == 200
