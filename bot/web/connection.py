"""Connection: what somebody sends before it is a request, and how long it may take."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus

from aiohttp import web
from aiohttp.http import HttpProcessingError
from aiohttp.http_exceptions import LineTooLong

from bot.web.dialect import PROBLEMS
from bot.web.headers import HEADERS
from bot.web.problem import BUG, Problem

log = logging.getLogger(__name__)

PATIENCE_S = 20.0
"""The head of a request that takes longer is not meant to arrive; so long a connection waits for
the next one, too."""
BACKLOG = 512
"""So many may knock at once."""
UNREADABLE = Problem(status=HTTPStatus.BAD_REQUEST, detail="That is no HTTP that I can read.")
TOO_LONG = Problem(
    status=HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    detail="The address or a header is longer than the 8 KiB that I read.",
)
BROKEN = Problem(status=HTTPStatus.INTERNAL_SERVER_ERROR, detail=BUG)


class Connection(web.RequestHandler):
    """Answers what is no HTTP in our words: aiohttp's tell what it is made of, and fill the log."""

    __slots__ = ()

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
            problem = TOO_LONG if isinstance(exc, LineTooLong) else UNREADABLE
        else:
            log.error("met a bug", exc_info=exc)
            problem = BROKEN
        if request.writer.output_size > 0:
            raise ConnectionError("Half an answer was sent already.")
        answer = PROBLEMS.answer(problem)
        answer.headers.update(HEADERS)
        answer.force_close()
        return answer


@asynccontextmanager
async def listening(
    pages: web.Application,
    claim: socket.socket,
    *,
    grace_s: float,
    patience_s: float = PATIENCE_S,
) -> AsyncIterator[None]:
    """Answer at that address; afterwards, what was begun has `grace_s` to end.

    Raises OSError.
    """
    runner = web.AppRunner(pages, access_log=None, shutdown_timeout=grace_s)
    await runner.setup()
    try:
        loop = asyncio.get_running_loop()
        assert runner.server is not None
        connect = partial(
            Connection,
            runner.server,
            loop=loop,
            access_log=None,  # type: ignore[arg-type]  # as their own runner has it for none
            keepalive_timeout=patience_s,
            # What is packed is refused: a little of it can unpack to much.
            auto_decompress=False,
        )
        listener = await loop.create_server(connect, sock=claim, backlog=BACKLOG)
        try:
            yield
        finally:
            listener.close()
    finally:
        await runner.cleanup()
