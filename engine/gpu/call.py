"""The way back from the engine thread into the event loop, the only one there is."""

import asyncio
import logging
from collections.abc import Callable
from typing import Generic, TypeVar

from PIL.Image import Image

from engine.errors import EaselError
from engine.gpu.preview import small_png
from engine.gpu.seat import Painted
from engine.ports import Tell

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")


class Crossing(Generic[Answer]):
    """One answer, given in any thread and awaited in the event loop that made this."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._future: asyncio.Future[Answer] = self._loop.create_future()

    async def outcome(self) -> Answer:
        return await self._future

    def cross(self, answer: Answer | Exception) -> None:
        """The answer, or the exception that awaiting it raises."""
        self._call(self._settle, answer)

    def _settle(self, answer: Answer | Exception) -> None:
        # Whoever waited may have given up meanwhile.
        if self._future.done():
            return
        if isinstance(answer, Exception):
            self._future.set_exception(answer)
        else:
            self._future.set_result(answer)

    def _call(self, call: Callable[..., None], *arguments: object) -> None:
        try:
            self._loop.call_soon_threadsafe(call, *arguments)
        except RuntimeError:
            log.debug("the event loop is closed, so nobody waits for this any more")


class Call(Crossing[Painted]):
    """The event loop's side of a seat: its steps and previews, and how it ends."""

    def __init__(self, tell: Tell) -> None:
        super().__init__()
        self._tell = tell
        self._step = 0
        self._previews: set[asyncio.Future[bytes]] = set()

    async def outcome(self) -> Painted:
        """After the last preview was told."""
        painted = await super().outcome()
        await asyncio.gather(*self._previews)
        return painted

    def tell(self, step: int, preview: Image | None) -> None:
        self._call(self._on_step, step, preview)

    def end(self, outcome: Painted | EaselError) -> None:
        self.cross(outcome)

    def _on_step(self, step: int, preview: Image | None) -> None:
        if self._future.done():
            return
        self._step = step
        self._tell(step, None)
        if preview is not None:
            png = self._loop.run_in_executor(None, small_png, preview)
            self._previews.add(png)
            png.add_done_callback(self._on_preview)

    def _on_preview(self, png: asyncio.Future[bytes]) -> None:
        self._previews.discard(png)
        # Told with the step of now: steps that ran backwards would puzzle whoever counts them.
        if not self._future.cancelled() and not png.cancelled():
            self._tell(self._step, png.result())
