"""A connection to the gateway by hand, for what discord.py would never say."""

import json
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType
from zstandard import ZstdDecompressor

from tests.discord_server.refused import Json
from tests.discord_server.server import Discord
from tests.discord_server.session import Op

Unpack = Callable[[bytes], bytes]


class Line:
    """Says operations and hears what comes back."""

    def __init__(self, server: Discord, socket: ClientWebSocketResponse, unpack: Unpack) -> None:
        self._server, self._socket, self._unpack = server, socket, unpack
        self.session = ""
        self.number = 0

    async def say(self, op: int, told: Any = None) -> None:
        """One operation."""
        await self._socket.send_str(json.dumps({"op": op, "d": told}))

    async def say_text(self, text: str) -> None:
        """Anything."""
        await self._socket.send_str(text)

    async def identify(self, **changes: Any) -> None:
        """Log in rightly, but for what is changed."""
        whole = {"token": self._server.token, "intents": 1, "properties": {}, **changes}
        await self.say(Op.IDENTIFY, whole)

    async def resume(self, **changes: Any) -> None:
        """Go on rightly, but for what is changed."""
        where = {"session_id": self.session, "seq": self.number}
        await self.say(Op.RESUME, {"token": self._server.token, **where, **changes})

    async def hear(self) -> Json:
        """What comes next; the code where the other side closes."""
        message = await self._socket.receive(timeout=10)
        if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED):
            return {"closed": self._socket.close_code}
        if message.type is WSMsgType.ERROR:
            return {"closed": None}
        raw = message.data.encode() if isinstance(message.data, str) else message.data
        told: Json = json.loads(self._unpack(raw))
        self.number = told["s"] or self.number
        if told["t"] == "READY":
            self.session = told["d"]["session_id"]
        return told

    async def hear_event(self, name: str) -> Any:
        """What the next event of this name tells; all else is passed over."""
        while True:
            told = await self.hear()
            assert "closed" not in told, told
            if told["t"] == name:
                return told["d"]

    async def close(self, code: int) -> None:
        """Say goodbye."""
        await self._socket.close(code=code)


def unpacker(packing: str | None) -> Unpack:
    """What undoes the packing."""
    match packing:
        case "zlib-stream":
            return zlib.decompressobj().decompress
        case "zstd-stream":
            return ZstdDecompressor().decompressobj().decompress
    return lambda raw: raw


@asynccontextmanager
async def line_to(
    server: Discord, packing: str | None = None, version: str = "10"
) -> AsyncIterator[Line]:
    """A connection that has heard HELLO."""
    query = f"?v={version}&encoding=json" + (f"&compress={packing}" if packing else "")
    async with ClientSession() as session, session.ws_connect(server.gateway + query) as socket:
        line = Line(server, socket, unpacker(packing))
        assert (await line.hear())["op"] == Op.HELLO
        yield line


@asynccontextmanager
async def logged_in(server: Discord, **changes: Any) -> AsyncIterator[Line]:
    """A connection that has heard of the server."""
    async with line_to(server) as line:
        await line.identify(**changes)
        await line.hear_event("GUILD_CREATE")
        yield line
