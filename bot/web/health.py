"""How Easel is, for programs that look after it."""

from aiohttp import web

from engine.errors import StorageFailed
from engine.ports import Ledger


class Health:
    """Answers only once the engine is warm, for the server starts after it."""

    def __init__(self, *, model: str, device: str, ledger: Ledger) -> None:
        self._model, self._device, self._ledger = model, device, ledger

    def add_to(self, app: web.Application) -> None:
        """Under the names that watchers know."""
        app.router.add_get("/health", self.health)
        app.router.add_get("/healthz", self.alive)
        app.router.add_get("/readyz", self.ready)

    async def health(self, _: web.Request) -> web.Response:
        """What is painted with, and on what."""
        return web.json_response({"status": "ok", "model": self._model, "device": self._device})

    async def alive(self, _: web.Request) -> web.Response:
        """The event loop turns."""
        return web.Response(text="ok")

    async def ready(self, _: web.Request) -> web.Response:
        """The ledger answers too."""
        try:
            await self._ledger.workers()
        except StorageFailed as error:
            return web.Response(status=503, text=str(error))
        return web.Response(text="ok")
