"""The serve command: the engine warms, then the page opens, until somebody stops it."""

import asyncio
import errno
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from aiohttp import web

from bot import messages
from bot.app import App, open_app, painting, tidying, wait_for_database
from bot.beside import beside
from bot.lag import watch_lag
from bot.open_files import allow_many
from bot.painters import Painters
from bot.settings import Settings
from bot.stopping import Stopping, drain
from bot.watchdog import Watchdog
from bot.web.app import make_web
from bot.web.connection import listening
from bot.web.cookie import secret_in
from bot.web.metrics import LAG
from bot.web.native.painters import Seen
from bot.web.warming import Waits, warming
from engine.crew import Crew
from engine.errors import Misconfigured, PainterLost, Unavailable
from engine.ports import Painter
from engine.vitals import Vitals

LOOKS_WITHIN_S = 10.0

log = logging.getLogger(__name__)


async def serve(
    settings: Settings,
    painters: Painters,
    *,
    announce: Callable[[str], None],
    watchdog: Watchdog | None = None,
) -> None:
    """Until SIGINT, SIGTERM or SIGHUP. Raises Misconfigured where the address cannot be had,
    PainterLost, and whatever else broke: nothing goes on without a part of it.
    """
    stopping = Stopping(grace_s=settings.grace_s, watchdog=watchdog)
    with stopping.on_signals(), _claimed(settings.host, settings.port) as claim:
        allow_many()
        try:
            await _serve(settings, painters, claim, stopping, announce)
        except asyncio.CancelledError:
            if not stopping.meant:
                raise
        except PainterLost as error:
            log.critical("Easel ends and must be started again: %s", error)
            raise


async def _serve(
    settings: Settings,
    painters: Painters,
    claim: socket.socket,
    stopping: Stopping,
    announce: Callable[[str], None],
) -> None:
    """The last to be opened is the first to close: Discord, while the page still answers."""
    waits = Waits()
    async with (
        warming(claim, waits) as hand_over,
        _opened(settings, painters, waits) as app,
        painting(app, settings, painters, for_all=True) as crew,
        tidying(app, settings),
        _listening(_pages(app, settings, painters, crew), claim, hand_over, stopping),
        _chatting(app, settings, stopping),
        stopping.noticing(),
    ):
        _say(announce, messages.ready(_address(settings.host, claim)))
        await stopping.asked()
        if painting_now := sum(map(len, app.line.painting.values())):
            _say(announce, messages.stopping(painting_now, stopping.left))
        await drain(app.line, stopping)


@asynccontextmanager
async def _opened(settings: Settings, painters: Painters, waits: Waits) -> AsyncIterator[App]:
    """A server that starts together with this program may need longer."""
    await wait_for_database(settings, waits.wait_for)
    async with open_app(settings, painters) as app:
        yield app


def _say(announce: Callable[[str], None], words: str) -> None:
    # A terminal that was closed takes no words any more, and must not break the stop.
    with suppress(OSError, ValueError):
        announce(words)


def _pages(app: App, settings: Settings, painters: Painters, crew: Crew) -> web.Application:
    async def look(painter: Painter) -> Vitals:
        # One that hangs says nothing, for ever.
        async with asyncio.timeout(LOOKS_WITHIN_S):
            return await painters.vitals(painter, settings)

    return make_web(
        app,
        host=settings.host,
        device=painters.device(settings),
        secret=secret_in(settings.data_dir),
        open_here=settings.open_page,
        painter=Seen(crew=crew, look=look),
    )


@asynccontextmanager
async def _chatting(app: App, settings: Settings, stopping: Stopping) -> AsyncIterator[None]:
    """On Discord too where there is a token for it; who has none need not wait for its library."""
    if settings.discord_token is None:
        yield
        return
    from bot.discord.start import on_discord

    async with on_discord(app, settings, left=lambda: stopping.left_for_answers):
        yield


@asynccontextmanager
async def _listening(
    pages: web.Application,
    claim: socket.socket,
    hand_over: Callable[[], Awaitable[None]],
    stopping: Stopping,
) -> AsyncIterator[None]:
    await hand_over()
    async with (
        beside(watch_lag(pages[LAG])),
        listening(pages, claim, left=lambda: stopping.left_for_answers),
    ):
        yield


def _claimed(host: str, port: int) -> socket.socket:
    """The address, taken before the engine warms: what cannot be had is said at once."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        claim = socket.socket(family, kind, protocol)
        try:
            claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            claim.bind(address)
            claim.listen()
        except OSError:
            claim.close()
            raise
    except OSError as error:
        raise _taken(host, port, error) from None
    return claim


def _taken(host: str, port: int, error: OSError) -> Misconfigured:
    match error.errno:
        case errno.EADDRINUSE:
            return Unavailable(
                f"Port {port} is in use, perhaps by another Easel. "
                "Stop that one, or choose another port with EASEL_PORT."
            )
        case errno.EACCES:
            return Misconfigured(
                f"I may not use port {port}. Choose one from 1024 with EASEL_PORT."
            )
        case _:
            return Misconfigured(
                f"This machine has no address “{host}”. Set EASEL_HOST to one that it has, "
                "like 127.0.0.1."
            )


def _address(host: str, claim: socket.socket) -> str:
    port = claim.getsockname()[1]
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"
