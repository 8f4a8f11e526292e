"""What goes wrong with requests, and how often."""

import asyncio
import socket
import struct
from collections import defaultdict, deque
from dataclasses import dataclass

from aiohttp import web

from tests.discord_server.bell import Bell
from tests.discord_server.routes import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`after`: what was asked happens first. Without a status the connection breaks or hangs."""

    status: int | None = None
    after: bool = False
    hangs: bool = False
    retry_after: float = 0.01
    scope: str = "user"
    via: bool = True


RESET = Fault()
RESET_AFTER = Fault(after=True)
HANG = Fault(hangs=True)
HANG_AFTER = Fault(hangs=True, after=True)


def status(code: int, *, after: bool = False) -> Fault:
    """An answer of this status, as Discord's proxies give it."""
    return Fault(status=code, after=after)


def limited(scope: str = "user", *, retry_after: float = 0.01, via: bool = True) -> Fault:
    """A 429 of scope user, shared or global; without `via` it looks like a ban."""
    return Fault(status=429, scope=scope, retry_after=retry_after, via=via)


OVER_SOON = {
    "503": status(503),
    "503 though done": status(503, after=True),
    "reset": RESET,
    "reset though done": RESET_AFTER,
    "429": limited(),
    "429 for all": limited("global"),
}
"""What is better at the next try, by name."""


class Faults:
    """Each is used up once per request, in the order in which they were put."""

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self._waiting: defaultdict[Route, deque[Fault | None]] = defaultdict(deque)
        self.met: list[tuple[Route, Fault]] = []
        self.over = asyncio.Event()

    def put(self, route: Route, fault: Fault | None, times: int = 1) -> None:
        """The next requests to this route meet it; with None they go well."""
        self._waiting[route].extend([fault] * times)

    def clear(self) -> None:
        """All goes well from now on."""
        self._waiting.clear()

    def take(self, route: Route) -> Fault | None:
        """The fault that this request meets."""
        if not self._waiting[route]:
            return None
        fault = self._waiting[route].popleft()
        if fault is None:
            return None
        self.met.append((route, fault))
        self._bell.ring()
        return fault

    async def befall(self, fault: Fault, request: web.Request) -> web.StreamResponse:
        """Let a fault without a status happen."""
        if fault.hangs:
            await self.over.wait()
        break_off(request)
        # Nobody is there any more to read this.
        return web.Response(status=500)


def break_off(request: web.Request) -> None:
    """End the connection with a TCP reset."""
    transport = request.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
