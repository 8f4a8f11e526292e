"""The small part of Modal's library that is used, as it is when a call really goes there."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from types import SimpleNamespace
from typing import Any

import modal


class StandIn:
    """Has this app deployed: `offer` answers, `paint` streams. What is asked for is noted, and how
    many listen."""

    exception = modal.exception

    def __init__(
        self,
        app: str,
        offer: Callable[[], bytes],
        paint: Callable[[bytes], AsyncGenerator[bytes, None]],
    ) -> None:
        self._app = app
        self._offer = offer
        self._paint = paint
        self.wrong: Exception | None = None
        self.hangs = False
        self.cancelled: list[str] = []
        self.listening = 0
        self.Function = SimpleNamespace(from_name=self._function)
        self.Cls = SimpleNamespace(from_name=self._cls)
        self.FunctionCall = SimpleNamespace(from_id=self._call)

    # Looking up is lazy there: nothing is asked of anybody before something is called.

    def _function(self, app: str, name: str) -> Any:
        async def remote() -> bytes:
            await self._reached(app, name == "offer")
            return await asyncio.to_thread(self._offer)

        return SimpleNamespace(remote=SimpleNamespace(aio=remote))

    def _cls(self, app: str, name: str) -> Callable[[], Any]:
        async def remote_gen(letter: bytes) -> AsyncGenerator[bytes, None]:
            await self._reached(app, name == "Painter")
            self.listening += 1
            try:
                async with aclosing(self._paint(letter)) as answers:
                    async for each in answers:
                        yield each
            finally:
                self.listening -= 1

        method = SimpleNamespace(remote_gen=SimpleNamespace(aio=remote_gen))
        return lambda: SimpleNamespace(paint=method)

    def _call(self, name: str) -> Any:
        async def cancel() -> None:
            await self._reached(self._app, True)
            self.cancelled.append(name)

        return SimpleNamespace(cancel=SimpleNamespace(aio=cancel))

    async def _reached(self, app: str, there: bool) -> None:
        await asyncio.sleep(0)
        if self.hangs:
            await asyncio.Event().wait()
        if self.wrong is not None:
            raise self.wrong
        if app != self._app or not there:
            raise modal.exception.NotFoundError("Lookup failed")
