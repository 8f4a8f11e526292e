"""Connection: what somebody sends before it is a request, and how long it may take."""

import asyncio
import logging
import re
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Any, cast

from aiohttp import web
from aiohttp.http import HttpProcessingError
from aiohttp.http_exceptions import BadHttpMethod, LineTooLong

from bot.beside import beside
from bot.web.dialect import PROBLEMS
from bot.web.headers import HEADERS
from bot.web.problem import BUG, Problem

log = logging.getLogger(__name__)

PATIENCE_S = 20.0
"""The head of a request that takes longer is not meant to arrive; so long a connection waits for
the next one, too."""
BACKLOG = 512
"""So many may knock at once."""
MOST_CONNECTIONS = 8192
"""Whoever knocks then hears nothing, as if there were no room in the line."""
LAST_S = 0.1
"""In which whoever is let go of may still tidy up."""
READING_S = 60.0
"""Whoever does not take any of an answer for so long is gone, or means to fill our memory."""
LOOKS = 4
"""In that time. Twice in a row something may be left of an answer that does leave."""
UNREADABLE = Problem(status=HTTPStatus.BAD_REQUEST, detail="That is no HTTP that I can read.")
TOO_LONG = Problem(
    status=HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    detail="The address or a header is longer than the 8 KiB that I read.",
)
UNKNOWN = Problem(
    status=HTTPStatus.NOT_IMPLEMENTED,
    detail="I do not know that method. GET, POST, PUT, PATCH and DELETE are those that I know, in "
    "capitals.",
)
A_METHOD = re.compile(r"b'[A-Za-z-]{1,30} \S+ HTTP/1\.[01]'")
"""The first line of a request of which nothing but the method is wrong."""
TELLING: Mapping[str, str] = {
    "Missing 'Host'": "The header Host is missing. Say there at what name you ask.",
    "Duplicate 'Host'": "The header Host is there twice. Send one of them.",
    "Duplicate Content-Length": "The header Content-Length is there twice. Send one of them.",
    "Duplicate '": "A header is there twice that may be there once. Send one of them.",
    "Invalid character in Content-Length": "Content-Length is a whole number of bytes.",
    "Transfer-Encoding can't be present": "A body has a Content-Length or a Transfer-Encoding. "
    "Send one of them.",
    "Content-Length can't be present": "A body has a Content-Length or a Transfer-Encoding. Send "
    "one of them.",
    "Too many headers": "Those are more headers than I read: 128 are the most.",
    "Invalid header": "There is a letter or sign in a header that none can have.",
    "Received HTTPS": "That is TLS, and I speak plain HTTP here: ask at http://, or put a proxy "
    "before me that speaks TLS.",
    "Invalid char in url": "There is a letter or sign in the address that none can have. Write it "
    "with %.",
}
"""By the beginning of what aiohttp, or its parser, says of it."""
BROKEN = Problem(status=HTTPStatus.INTERNAL_SERVER_ERROR, detail=BUG)


class Connection(web.RequestHandler):
    """Answers what is no HTTP in our words: aiohttp's tell what it is made of, and fill the log."""

    __slots__ = ("_most",)

    def __init__(self, manager: web.Server, *, most: int, **options: Any) -> None:
        super().__init__(manager, **options)
        self._most = most

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        manager = self._manager
        if manager is not None and len(manager.connections) > self._most:
            cast(asyncio.Transport, transport).abort()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Called where no handler of ours is: what goes wrong inside them, they explain."""
        if isinstance(exc, HttpProcessingError):
            log.debug("from %s came no request: %s", request.remote, exc)
            problem = _problem_of(exc)
        else:
            log.error("met a bug", exc_info=exc)
            problem = BROKEN
        if request.writer.output_size > 0:
            raise ConnectionError("Half an answer was sent already.")
        answer = PROBLEMS.answer(problem)
        answer.headers.update(HEADERS)
        answer.force_close()
        return answer


def _problem_of(error: HttpProcessingError) -> Problem:
    if isinstance(error, LineTooLong):
        return TOO_LONG
    if isinstance(error, BadHttpMethod) and A_METHOD.search(error.message):
        return UNKNOWN
    told = next((TELLING[start] for start in TELLING if error.message.startswith(start)), None)
    return UNREADABLE if told is None else replace(UNREADABLE, detail=told)


@asynccontextmanager
async def listening(
    pages: web.Application,
    claim: socket.socket,
    *,
    left: Callable[[], float],
    patience_s: float = PATIENCE_S,
    reading_s: float = READING_S,
    most: int = MOST_CONNECTIONS,
) -> AsyncIterator[None]:
    """Answer at that address; afterwards, what was begun has the seconds that are `left` to end.

    Raises OSError.
    """
    runner = web.AppRunner(pages, access_log=None, shutdown_timeout=LAST_S)
    await runner.setup()
    try:
        loop = asyncio.get_running_loop()
        assert runner.server is not None
        connect = partial(
            Connection,
            runner.server,
            most=most,
            loop=loop,
            access_log=None,
            keepalive_timeout=patience_s,
            # What is packed is refused: a little of it can unpack to much.
            auto_decompress=False,
        )
        listener = await loop.create_server(connect, sock=claim, backlog=BACKLOG)
        try:
            async with beside(_let_go(runner.server, reading_s)):
                yield
        finally:
            listener.close()
            await _finish(runner, runner.server, left())
    finally:
        await runner.cleanup()


async def _finish(runner: web.AppRunner, server: web.Server, seconds: float) -> None:
    """aiohttp would wait as long as was said at the start, and then once more."""
    # Requests that have just come are begun by now.
    await asyncio.sleep(0)
    server.pre_shutdown()
    await runner.shutdown()
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await server.shutdown(seconds)


async def _let_go(server: web.Server, reading_s: float) -> None:
    """Of connections of which nobody has taken anything for so long."""
    stuck: dict[web.RequestHandler, tuple[int, int]] = {}
    while True:
        await asyncio.sleep(reading_s / LOOKS)
        seen = {}
        for each in server.connections:
            if each.transport is None or not (size := each.transport.get_write_buffer_size()):
                continue
            before, looks = stuck.get(each, (size, 0))
            seen[each] = size, looks + 1 if size == before else 1
            if seen[each][1] > LOOKS:
                log.debug("let go of a connection that takes nothing")
                each.transport.abort()
        stuck = seen
