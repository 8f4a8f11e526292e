"""Warming: what is answered at Easel's address until it is warm."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

from aiohttp import web

from bot.beside import beside
from bot.web.connection import LAST_S, listening
from bot.web.dialects import dialect_at
from bot.web.headers import add_headers
from bot.web.problem import SOON_S, Problem

COLD = "Easel is starting: the model is not loaded yet. Ask again in a moment."
AWAY = "Easel is starting, and waits. {}"
NOT_YET = {"Retry-After": str(SOON_S), "Cache-Control": "no-store"}
ANY = "/{path:.*}"


class Waits:
    """What the start waits for, as whoever asks is told."""

    def __init__(self) -> None:
        self.why = COLD

    def wait_for(self, problem: str) -> None:
        """Something that must be there first; nothing where it is."""
        self.why = AWAY.format(problem) if problem else COLD


@asynccontextmanager
async def warming(
    claim: socket.socket, waits: Waits | None = None
) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Answers until what it yields is called, or it is closed.

    The claim stays open all the time: who knocks between the two is answered by whoever is next.
    """
    warm, silent = asyncio.Event(), asyncio.Event()

    async def hand_over() -> None:
        warm.set()
        await silent.wait()

    async with beside(_answer(claim, waits or Waits(), warm, silent)):
        try:
            yield hand_over
        finally:
            # Not cancelled: whoever is while they begin to listen leaves their socket behind.
            await hand_over()


async def _answer(
    claim: socket.socket, waits: Waits, warm: asyncio.Event, silent: asyncio.Event
) -> None:
    try:
        async with listening(_pages(waits), claim.dup(), left=lambda: LAST_S):
            await warm.wait()
    finally:
        silent.set()


def _pages(waits: Waits) -> web.Application:
    async def ready(_: web.Request) -> web.Response:
        return _not_yet(waits.why)

    async def refuse(request: web.Request) -> web.Response:
        if "text/html" in request.headers.get("Accept", ""):
            return _not_yet(waits.why)
        unavailable = HTTPStatus.SERVICE_UNAVAILABLE
        problem = Problem(status=unavailable, detail=waits.why, headers=NOT_YET)
        return _last(dialect_at(request.path).answer(problem))

    pages = web.Application()
    pages.on_response_prepare.append(add_headers)
    pages.router.add_get("/healthz", _alive)
    pages.router.add_get("/readyz", ready)
    pages.router.add_route("*", ANY, refuse)
    return pages


async def _alive(_: web.Request) -> web.Response:
    return _last(web.Response(text="ok"))


def _not_yet(why: str) -> web.Response:
    return _last(web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text=why, headers=NOT_YET))


def _last(answer: web.Response) -> web.Response:
    """Nobody keeps the connection, whose next request would be for the other one."""
    answer.force_close()
    return answer
