"""The serve command: the engine warms, then the page opens, until somebody stops it."""

import asyncio
import errno
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial

from aiohttp import web

from bot import messages
from bot.app import App, open_app, painting, tidying
from bot.open_files import allow_many
from bot.painters import Painters
from bot.settings import Settings
from bot.web.app import make_web
from bot.web.connection import listening
from bot.web.cookie import secret_in
from bot.web.native.painters import Seen
from engine.errors import Misconfigured
from engine.meter import meter_of

STOPS = (signal.SIGINT, signal.SIGTERM)


async def serve(settings: Settings, painters: Painters, *, announce: Callable[[str], None]) -> None:
    """Until SIGINT or SIGTERM. Raises Misconfigured where the address is taken."""
    with _claimed(settings.host, settings.port) as claim, suppress(asyncio.CancelledError):
        _stop_on_signals()
        allow_many()
        async with (
            open_app(settings, painters) as app,
            painting(app, settings, painters, for_all=True) as painter,
            tidying(app, settings),
            _chatting(app, settings),
        ):
            device = painters.device(settings)
            look = partial(painters.vitals, settings)
            pages = make_web(
                app,
                host=settings.host,
                device=device,
                secret=secret_in(settings.data_dir),
                open_here=settings.open_page,
                painter=Seen(
                    device=device, seats=painter.seats, look=look, meter=meter_of(painter)
                ),
            )
            async with _listening(pages, claim, settings):
                announce(messages.ready(_address(settings.host, claim)))
                await asyncio.Event().wait()


@asynccontextmanager
async def _chatting(app: App, settings: Settings) -> AsyncIterator[None]:
    """On Discord too where there is a token for it; who has none need not wait for its library."""
    if settings.discord_token is None:
        yield
        return
    from bot.discord.start import on_discord

    async with on_discord(app, settings):
        yield


def _stop_on_signals() -> None:
    """The first one stops in order; the handlers then go, so that a second one stops at once."""
    loop = asyncio.get_running_loop()
    main = asyncio.current_task()

    def stop() -> None:
        for each in STOPS:
            loop.remove_signal_handler(each)
        if main is not None:
            main.cancel()

    for each in STOPS:
        loop.add_signal_handler(each, stop)


@asynccontextmanager
async def _listening(
    pages: web.Application, claim: socket.socket, settings: Settings
) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(listening(pages, claim, grace_s=settings.grace_s))
        except OSError as error:
            raise _taken(settings.host, settings.port, error) from None
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
            return Misconfigured(
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
