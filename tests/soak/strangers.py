"""Strangers: whoever sends rubbish, stops in the middle, or does not read what they asked for."""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from tests.soak.easel import NotThere
from tests.soak.visitor import House

GAP_S = 0.8
HOLDS_S = 20.0
AWAY = (OSError, TimeoutError, NotThere, EOFError)
BODIES: Sequence[bytes] = (
    b"",
    b"{",
    b"[" * 20_000,
    b'{"prompt": "\\ud800"}',
    b'{"prompt": 1e999}',
    b'{"prompt": "a", "steps": NaN}',
    b'{"prompt": "a", "prompt": ["b"]}',
    b'{"prompt": "' + b"a" * 200_000 + b'"}',
    b"\xff\xfe\x00" * 99,
    b'{"prompt": "a fox", "image": "data:image/png;base64,' + b"A" * 9000 + b'"}',
)
PATHS = (
    *("/v1/jobs", "/v1/images/generations", "/sdapi/v1/txt2img", "/generate", "/v1/sources"),
    *("/sdapi/v1/png-info", "/v1/quote", "/"),
)
RUBBISH: Sequence[bytes] = (
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Y: z\r\n" * 5000 + b"\r\n",
    b"CONNECT x:1 HTTP/1.1\r\n\r\n",
)


class Stranger:
    """By bare connections: no client would send that."""

    def __init__(self, house: House, chance: random.Random, *, key: str) -> None:
        self._house, self._chance, self._key = house, chance, key
        self._held: set[asyncio.Task[None]] = set()

    async def live(self, over: asyncio.Event) -> None:
        acts: Sequence[Callable[[], object]] = (
            self._hostile_body,
            self._hostile_body,
            self._half_upload,
            self._rubbish,
            self._slow_reader,
        )
        while not over.is_set():
            act = self._chance.choice(acts)
            self._house.done[act.__name__.strip("_").replace("_", " ")] += 1
            with suppress(*AWAY):
                done = act()
                assert asyncio.iscoroutine(done)
                await done
            await asyncio.sleep(self._chance.expovariate(1 / GAP_S))
        for task in self._held:
            task.cancel()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        place = urlsplit(self._house.easel.address)
        return await asyncio.open_connection(place.hostname, place.port)

    def _head(self, path: str, length: int, kind: str = "application/json") -> bytes:
        return (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self._key}\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
        ).encode()

    async def _send(self, *parts: bytes) -> None:
        """And hear the beginning of the answer, where there is one."""
        reader, writer = await self._connected()
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
            async with asyncio.timeout(10):
                said = await reader.read(4096)
        finally:
            writer.close()
        status = said.partition(b" ")[2][:3].decode(errors="replace")
        self._house.answers[f"strangers {status or 'nothing'}"] += 1
        if status == "500":
            self._house.complaints.add(f"a stranger was answered with 500: {parts[0][:120]!r}")

    async def _hostile_body(self) -> None:
        body = self._chance.choice((*BODIES, self._chance.randbytes(3000)))
        await self._send(self._head(self._chance.choice(PATHS), len(body)), body)

    async def _rubbish(self) -> None:
        await self._send(self._chance.choice(RUBBISH))

    async def _half_upload(self) -> None:
        """The rest never comes; after a while the connection is gone."""
        picture = self._house.picture
        _, writer = await self._connected()
        try:
            writer.write(self._head("/v1/sources", 4 * len(picture), "image/png") + picture)
            await writer.drain()
            await asyncio.sleep(self._chance.uniform(0, 3))
        finally:
            if self._chance.random() < 0.5:
                writer.transport.abort()
            writer.close()

    async def _slow_reader(self) -> None:
        """Beside everything else: asks for a stream, and reads none of it."""
        task = asyncio.create_task(self._not_reading())
        self._held.add(task)
        task.add_done_callback(self._held.discard)

    async def _not_reading(self) -> None:
        with suppress(*AWAY):
            reader, writer = await self._connected()
            try:
                writer.transport.pause_reading()  # type: ignore[attr-defined]  # sockets have it
                writer.write(
                    b"GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
                    + self._key.encode()
                    + b"\r\n\r\n"
                )
                await asyncio.sleep(self._chance.uniform(1, HOLDS_S))
                del reader
            finally:
                writer.transport.abort()
