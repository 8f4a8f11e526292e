"""Ticket: what you await for a job."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from engine.job import Job, Picture, Progress, Tile


class Ticket:
    """Progress while it is painted, then the pictures or the reason why there are none.

    It is there while somebody holds it, or the job is painted here; one that waits needs none.
    A watcher sees the newest progress of each tile, so a slow one misses steps and holds nobody up.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self._pictures: asyncio.Future[tuple[Picture, ...]] = asyncio.Future()
        # Nobody may be waiting, and an unseen failure must not be reported as forgotten.
        self._pictures.add_done_callback(_look)
        self._latest: dict[int, Progress] = {}
        self._bells: set[asyncio.Event] = set()

    @property
    def ended(self) -> bool:
        return self._pictures.done()

    def share_of(self, tile: Tile) -> float:
        """How much of the tile is painted, from 0 to 1."""
        progress = self._latest.get(tile.index)
        return min(1.0, progress.step / progress.steps) if progress else 0.0

    @property
    def latest(self) -> tuple[Progress, ...]:
        return tuple(self._latest[tile] for tile in sorted(self._latest))

    async def pictures(self) -> tuple[Picture, ...]:
        """Raises Cancelled or PaintingFailed. Giving up waiting does not withdraw the job."""
        return await asyncio.shield(self._pictures)

    async def __aiter__(self) -> AsyncIterator[Progress]:
        seen: dict[int, Progress] = {}
        bell = asyncio.Event()
        self._bells.add(bell)
        try:
            while True:
                for progress in self.latest:
                    if seen.get(progress.tile) != progress:
                        seen[progress.tile] = progress
                        yield progress
                if self.ended:
                    return
                await bell.wait()
                bell.clear()
        finally:
            self._bells.discard(bell)

    def tell(self, progress: Progress) -> None:
        before = self._latest.get(progress.tile)
        if progress.preview is None and before is not None:
            progress = replace(progress, preview=before.preview)
        self._latest[progress.tile] = progress
        self._ring()

    def start_over(self) -> None:
        """Forget how far it was: whoever paints it now begins with nothing."""
        self._latest.clear()

    def resolve(self, pictures: tuple[Picture, ...]) -> None:
        if not self.ended:
            self._pictures.set_result(pictures)
        self._ring()

    def fail(self, error: Exception) -> None:
        if not self.ended:
            self._pictures.set_exception(error)
        self._ring()

    def _ring(self) -> None:
        for bell in self._bells:
            bell.set()


def _look(future: asyncio.Future[tuple[Picture, ...]]) -> None:
    if not future.cancelled():
        future.exception()
