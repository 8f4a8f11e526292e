"""Seats: which tile of which running job the painter takes next."""

import asyncio
from collections import OrderedDict, deque


class Seats:
    """Jobs with several tiles take turns, so that none holds all the seats."""

    def __init__(self, count: int, bell: asyncio.Event) -> None:
        self.free = count
        self._bell = bell
        self._held: set[str] = set()
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def wanted(self) -> bool:
        return bool(self._waiting)

    async def sit(self, job: str) -> None:
        """Wait until the dispatcher calls this job. Leave the seat when the tile is painted."""
        if job in self._held:
            self._held.discard(job)
            return
        called: asyncio.Future[None] = asyncio.Future()
        self._waiting.setdefault(job, deque()).append(called)
        self._bell.set()
        try:
            await called
        except asyncio.CancelledError:
            if not called.cancelled():
                self.leave()
            self._forget(job, called)
            raise

    def hold(self, job: str) -> None:
        """Take a seat for the first tile of a job that begins."""
        self.free -= 1
        self._held.add(job)

    def let_go(self, job: str) -> None:
        """The job ended; free the seat that was held for it if no tile ever sat there."""
        if job in self._held:
            self._held.discard(job)
            self.leave()

    def leave(self) -> None:
        self.free += 1
        self._bell.set()

    def call(self) -> None:
        """Give a seat to the job that has waited longest for one."""
        job, tiles = self._waiting.popitem(last=False)
        called = tiles.popleft()
        if tiles:
            self._waiting[job] = tiles
        self.free -= 1
        called.set_result(None)

    def _forget(self, job: str, called: asyncio.Future[None]) -> None:
        tiles = self._waiting.get(job)
        if tiles is not None and called in tiles:
            tiles.remove(called)
            if not tiles:
                del self._waiting[job]
