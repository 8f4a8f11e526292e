"""Browser: the page, as whoever sits at this machine."""

import asyncio
import re
from collections.abc import Callable, Sequence

from tests.soak.visitor import PATIENCE_S, Visitor
from tests.soak.wishes import prompt

JOB_PAGE = re.compile(r"/jobs/([0-9a-f]{32})")


class Browser(Visitor):
    """The page without JavaScript, as whoever sits at this machine."""

    def acts(self) -> Sequence[tuple[Callable[[], object], int]]:
        return ((self._paint, 4), (self._look, 2))

    async def _paint(self) -> None:
        await self.ask("GET", "/")
        sent = await self.ask("POST", "/", data={"prompt": prompt(self._chance)})
        found = JOB_PAGE.search(sent.headers.get("Location", ""))
        if sent.status != 303 or not found:
            return
        job = self.promise(found[1], "the page")
        if self._chance.random() < 0.2:
            await self.ask("POST", f"/jobs/{job}/cancel")
            return
        async with asyncio.timeout(PATIENCE_S):
            while True:
                shown = (await self.ask("GET", f"/jobs/{job}")).body.decode(errors="replace")
                if f"/jobs/{job}/cancel" not in shown:
                    break
                await asyncio.sleep(1.0)
        for path in re.findall(rf"/pictures/{job}/\d+\.png", shown)[:1]:
            await self.ask("GET", path)

    async def _look(self) -> None:
        await self.ask("GET", self._chance.choice(("/gallery", "/moderate", "/", "/healthz")))
