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
NOT_YET = {"Retry-After": str(SOON_S), "Cache-Control": "no-store"}
ANY = "/{path:.*}"


@asynccontextmanager
async def warming(claim: socket.socket) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Answers until what it yields is called, or it is closed.

    The claim stays open all the time: who knocks between the two is answered by whoever is next.
    """
    warm, silent = asyncio.Event(), asyncio.Event()

    async def hand_over() -> None:
        warm.set()
        await silent.wait()

    async with beside(_answer(claim, warm, silent)):
        try:
            yield hand_over
        finally:
            # Not cancelled: whoever is while they begin to listen leaves their socket behind.
            await hand_over()


async def _answer(claim: socket.socket, warm: asyncio.Event, silent: asyncio.Event) -> None:
    try:
        async with listening(_pages(), claim.dup(), left=lambda: LAST_S):
            await warm.wait()
    finally:
        silent.set()


def _pages() -> web.Application:
    pages = web.Application()
    pages.on_response_prepare.append(add_headers)
    pages.router.add_get("/healthz", _alive)
    pages.router.add_get("/readyz", _ready)
    pages.router.add_route("*", ANY, _refuse)
    return pages


async def _alive(_: web.Request) -> web.Response:
    return _last(web.Response(text="ok"))


async def _ready(_: web.Request) -> web.Response:
    return _last(web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text=COLD, headers=NOT_YET))


async def _refuse(request: web.Request) -> web.Response:
    if "text/html" in request.headers.get("Accept", ""):
        return await _ready(request)
    problem = Problem(status=HTTPStatus.SERVICE_UNAVAILABLE, detail=COLD, headers=NOT_YET)
    return _last(dialect_at(request.path).answer(problem))


def _last(answer: web.Response) -> web.Response:
    """Nobody keeps the connection, whose next request would be for the other one."""
    answer.force_close()
    return answer
