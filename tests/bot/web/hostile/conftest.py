"""The whole program at an address of its own, to be spoken to by hand."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from shutil import copyfile

import pytest
import pytest_asyncio

from bot.settings import Settings
from bot.web.app import make_web
from bot.web.connection import listening
from tests.bot.web.conftest import SECRET, House, open_house

PATIENCE_S = 0.3
"""Of the connections in these tests: nobody here is slow unless they mean to be."""
ENOUGH_S = 30.0
"""Whatever is not answered by then, never is."""
_numbers = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """`opening` is what the head of a request has whose caller may do everything."""

    port: int
    opening: bytes

    async def say(self, said: bytes, *, most: int = -1) -> bytes:
        """All that is answered until the connection is closed, or so many bytes of it."""
        async with asyncio.timeout(ENOUGH_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            try:
                writer.write(said)
                return await reader.read() if most < 0 else await reader.readexactly(most)
            finally:
                writer.close()

    async def ask(self, line: bytes, *headers: bytes, body: bytes = b"") -> bytes:
        """As a whole request, after which the connection is closed."""
        length = b"Content-Length: %d" % len(body)
        head = [line + b" HTTP/1.1", self.opening, b"Connection: close", length, *headers]
        return await self.say(b"\r\n".join(head) + b"\r\n\r\n" + body)

    async def ask_at_all(self, line: bytes) -> bytes:
        """Nothing where the connection is cut."""
        try:
            return await self.ask(line)
        except ConnectionError:
            return b""


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def open_easel(
    tmp_path_factory: pytest.TempPathFactory, migrated: Path
) -> AsyncIterator[tuple[House, int]]:
    """One for a file and its port: whatever is sent there, it goes on as if nothing had been."""
    folder = tmp_path_factory.mktemp("data")
    copyfile(migrated, folder / migrated.name)
    async with open_house(Settings(port=0, data_dir=folder)) as house:
        house.painter.gate.set()
        pages = make_web(house.app, host="easel.example", device="cpu", secret=SECRET)
        with socket.socket() as claim:
            claim.bind(("127.0.0.1", 0))
            async with listening(pages, claim, left=lambda: 1, patience_s=PATIENCE_S):
                yield house, claim.getsockname()[1]


@pytest_asyncio.fixture(loop_scope="module")
async def wire(open_easel: tuple[House, int]) -> Wire:
    """With a key of its own, so that nobody asks too often."""
    house, port = open_easel
    key = await house.key(f"key-{next(_numbers)}")
    return Wire(port=port, opening=f"Host: localhost\r\nAuthorization: Bearer {key}".encode())
