"""Bodies of several parts, as forms with files have them."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from aiohttp import BodyPartReader, MultipartReader, StreamReader, web
from aiohttp.http import HttpProcessingError

from bot.web.bodies import PATIENCE_S
from bot.web.intake import Intake

MOST_PARTS = 64
MULTIPART = "multipart/form-data"
BROKEN = (
    *(ValueError, LookupError, AssertionError, RuntimeError, ConnectionError),
    *(HttpProcessingError, web.RequestPayloadError),
)
"""How aiohttp says that parts, or their heads, are none."""


class Counted:
    """The stream of a body of which every byte counts, also what is in none of its parts."""

    def __init__(self, stream: StreamReader, intake: Intake) -> None:
        self._stream, self._intake = stream, intake

    async def read(self, size: int = -1) -> bytes:
        return self._counted(await self._stream.read(size))

    async def readline(self, **limits: int) -> bytes:
        return self._counted(await self._stream.readline(**limits))

    def unread_data(self, piece: bytes) -> None:
        self._intake.came(-len(piece))
        self._stream.unread_data(piece)

    def at_eof(self) -> bool:
        return self._stream.at_eof()

    def _counted(self, piece: bytes) -> bytes:
        self._intake.came(len(piece))
        return piece


async def read_parts(request: web.Request, largest: int) -> dict[str, Any]:
    """Words as str and files as bytes; a list where a name ends in [] or is there several times.

    Raises web.HTTPException.
    """
    intake = Intake(request, largest)
    found: dict[str, list[str | bytes]] = {}
    try:
        async with asyncio.timeout(PATIENCE_S):
            await intake.begin()
            stream = cast(StreamReader, Counted(request.content, intake))
            reader = MultipartReader(request.headers, stream)
            count = 0
            while (part := await reader.next()) is not None:
                count += 1
                if not isinstance(part, BodyPartReader) or part.name is None or count > MOST_PARTS:
                    raise ValueError
                content = await _read(part)
                name = part.name.removesuffix("[]")
                found.setdefault(name, []).append(
                    content if part.filename is not None else content.decode("utf-8")
                )
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="That body did not arrive in time.") from None
    except BROKEN:
        raise web.HTTPBadRequest(text="That form cannot be read.") from None
    return {name: _alone(values) for name, values in found.items()}


async def _read(part: BodyPartReader) -> bytes:
    if {"Content-Encoding", "Content-Transfer-Encoding"} & part.headers.keys():
        # A little that unpacks to much; no browser sends that.
        raise ValueError
    content = bytearray()
    while chunk := await part.read_chunk(2**16):
        content += chunk
    return bytes(content)


def _alone(values: Sequence[str | bytes]) -> Any:
    return values[0] if len(values) == 1 else list(values)
