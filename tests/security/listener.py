"""Somebody on this machine who must not hear from us."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

FOUR, SIX = "127.0.0.1", "::1"


@dataclass
class Listener:
    """Counts who connects."""

    port: int = 0
    heard: list[str] = field(default_factory=list)

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard.append(str(writer.get_extra_info("peername")))
        writer.close()


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    """On the addresses by which this machine means itself, of both kinds where it has both."""
    listener = Listener()
    async with AsyncExitStack() as stack:
        for server in await _servers(listener):
            await stack.enter_async_context(server)
        yield listener


def has_six() -> bool:
    """Whether this machine has addresses of the sixth version."""
    try:
        with socket.create_server((SIX, 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


async def _servers(listener: Listener) -> list[asyncio.Server]:
    """All on one port, which has to be free on each of them."""
    while True:
        first = await asyncio.start_server(listener.hear, FOUR, 0)
        listener.port = first.sockets[0].getsockname()[1]
        if not has_six():
            return [first]
        try:
            return [first, await asyncio.start_server(listener.hear, SIX, listener.port)]
        except OSError:
            first.close()
