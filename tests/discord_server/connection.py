"""One connection of the bot to the gateway: what goes out in order, and how it ends."""

import asyncio
import json
from collections import deque
from contextlib import suppress
from typing import Any

from aiohttp import WSMsgType, web

from tests.discord_server.clock import Clock
from tests.discord_server.compression import Packing
from tests.discord_server.faults import break_off

SENDS, SENDS_WINDOW_S = 120, 60.0
MOST_SAID = 4096


class Connection:
    """Once it is `silent`, nothing goes out any more although it stays open."""

    def __init__(
        self, request: web.Request, socket: web.WebSocketResponse, packing: Packing, clock: Clock
    ) -> None:
        self._request, self._socket = request, socket
        self._packing, self._clock = packing, clock
        self._going_out: asyncio.Queue[str | int] = asyncio.Queue()
        self._received: deque[float] = deque()
        self.silent = False
        self.closed_by_us = False

    def send(
        self, op: int, told: Any = None, *, number: int | None = None, event: Any = None
    ) -> None:
        """Put it in line to go out."""
        self.send_text(json.dumps({"op": op, "d": told, "s": number, "t": event}))

    def send_text(self, text: str) -> None:
        """Put it in line as it is."""
        self._going_out.put_nowait(text)

    def close(self, code: int) -> None:
        """Close after what is in line."""
        self._going_out.put_nowait(code)

    def reset(self) -> None:
        """Break the connection with a TCP reset."""
        self.closed_by_us = True
        break_off(self._request)

    def hang_up(self) -> None:
        """End the TCP connection without a word of the protocol above it."""
        self.closed_by_us = True
        if self._request.transport:
            self._request.transport.close()

    def tear(self) -> None:
        """End it in the middle of a message."""
        if self._request.transport:
            # The head of 4,096 bytes, and fewer of them.
            self._request.transport.write(b"\x82\x7e\x10\x00" + bytes(100))
        self.hang_up()

    async def write(self) -> None:
        """Send what is in line until the connection ends; whoever reads must not wait in vain."""
        try:
            with suppress(ConnectionError):
                await self._write_all()
        except Exception:
            self.hang_up()
            raise

    async def _write_all(self) -> None:
        while True:
            going = await self._going_out.get()
            if self.silent:
                continue
            if isinstance(going, int):
                self.closed_by_us = True
                await self._socket.close(code=going)
                return
            packed = self._packing.pack(going)
            if isinstance(packed, str):
                await self._socket.send_str(packed)
            else:
                await self._socket.send_bytes(packed)

    async def read(self, patience: float) -> Any:
        """The next message, None where the connection ended; ValueError where it cannot be read."""
        message = await self._socket.receive(timeout=patience)
        if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
            told = json.loads(message.data)
            if len(message.data) > MOST_SAID or not isinstance(told, dict):
                raise ValueError("Nothing that Discord reads.")
            return told
        return None

    def too_many_sends(self) -> bool:
        """Whether this message is one more than 120 in 60 seconds."""
        now = self._clock.now()
        self._received.append(now)
        while self._received[0] < now - SENDS_WINDOW_S:
            self._received.popleft()
        return len(self._received) > SENDS

    @property
    def close_code(self) -> int | None:
        """With what the other side closed."""
        return self._socket.close_code
