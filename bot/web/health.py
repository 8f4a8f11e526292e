"""How Easel is, for programs that look after it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Literal

from aiohttp import web
from pydantic import BaseModel

from bot.patience import Question
from bot.web.endpoint import Answer, Endpoint, answered
from engine.errors import EaselError
from engine.gate import Gate
from engine.line import Line
from engine.ports import Ledger

PATIENCE_S = 2.0
AS_TEXT = "text/plain"
STOPPING = "Easel is stopping. Ask another one, or this one when it is back."
HOLDS_S = 3.0
"""So long what was found out by writing holds, however many ask."""
PAUSED = "A moderator has paused the queue: jobs are taken in, and none is begun until it goes on."
NOBODY = (
    "No painter is at work: each was taken out, or is starting again. Jobs are taken in, and begun "
    "when one is back."
)
LOCKED = (
    "The database answers, and takes nothing that is written: another program keeps it locked, or "
    "the disk does not come along."
)
SILENT = "The database does not answer. Start it, or wait until it has less to do."


class ToldHealth(BaseModel):
    status: Literal["ok"]
    model: str
    device: str
    model_loaded: bool


class Health:
    """The server starts after the engine is warm, so whoever is answered need not wait for that."""

    def __init__(
        self,
        *,
        model: str,
        device: str,
        ledger: Ledger,
        line: Line,
        patience_s: float = PATIENCE_S,
        holds_s: float = HOLDS_S,
    ) -> None:
        self._model, self._device, self._line = model, device, line
        self._stopping = False
        self._database = Question(ledger.workers, patience_s=patience_s)
        self._room = Question(ledger.try_writing, patience_s=patience_s, holds_s=holds_s)

    def add_to(self, app: web.Application) -> None:
        """Under the names that watchers know."""
        for endpoint in self.endpoints():
            # They read nothing of what they are called with.
            app.router.add_get(endpoint.path, endpoint.does)  # type: ignore[arg-type]  # see above
        app.on_shutdown.append(self._stop)

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            _open("/health", self.health, "What is painted with, and on what", {200: ToldHealth}),
            _open("/healthz", self.alive, "Whether Easel runs", {200: AS_TEXT}),
            _open(
                "/readyz",
                self.ready,
                "Whether what is asked for now is taken in, kept and painted; otherwise why not",
                {200: AS_TEXT, 503: AS_TEXT},
            ),
        )

    async def health(self, _: object) -> web.Response:
        """What is painted with, and on what."""
        # Whoever asks earlier hears that Easel is starting.
        told = ToldHealth(status="ok", model=self._model, device=self._device, model_loaded=True)
        return answered(told)

    async def alive(self, _: object) -> web.Response:
        """The event loop turns."""
        return web.Response(text="ok")

    async def ready(self, _: object) -> web.Response:
        """What is asked for now is taken in, kept and painted."""
        why = await self._why_not()
        headers = {"Cache-Control": "no-store"}
        return web.Response(status=503 if why else 200, text=why or "ok", headers=headers)

    async def _why_not(self) -> str:
        if self._stopping or self._line.stop.meant:
            return STOPPING
        try:
            self._line.require_open()
            if self._line.gate is Gate.PAUSED:
                return PAUSED
            if self._line.crew.nobody_works:
                return NOBODY
            await self._database.answer()
        except TimeoutError:
            return SILENT
        except EaselError as error:
            return str(error)
        return await self._why_not_kept()

    async def _why_not_kept(self) -> str:
        try:
            await self._room.answer()
        except TimeoutError:
            return LOCKED
        except EaselError as error:
            return str(error)
        return ""

    async def _stop(self, _: web.Application) -> None:
        self._stopping = True


def _open(
    path: str,
    does: Callable[[object], Awaitable[web.StreamResponse]],
    about: str,
    answers: Mapping[int, Answer],
) -> Endpoint:
    return Endpoint(
        method="GET",
        path=path,
        does=does,
        about=about,
        tag="health",
        scope=None,
        answers=answers,
    )
