"""Bodies of several parts, as forms with files have them."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiohttp import BodyPartReader, web
from aiohttp.http import HttpProcessingError

from bot.web.bodies import PATIENCE_S, require_readable, too_large

MOST_PARTS = 64
MULTIPART = "multipart/form-data"
BROKEN = (
    *(ValueError, LookupError, AssertionError, RuntimeError, ConnectionError),
    *(HttpProcessingError, web.RequestPayloadError),
)
"""How aiohttp says that parts, or their heads, are none."""


async def read_parts(request: web.Request, largest: int) -> dict[str, Any]:
    """Words as str and files as bytes; a list where a name ends in [] or is there several times.

    Raises web.HTTPException.
    """
    require_readable(request, largest)
    found: dict[str, list[str | bytes]] = {}
    left = largest
    try:
        async with asyncio.timeout(PATIENCE_S):
            reader = await request.multipart()
            count = 0
            while (part := await reader.next()) is not None:
                count += 1
                if not isinstance(part, BodyPartReader) or part.name is None or count > MOST_PARTS:
                    raise ValueError
                content = await _read(part, left, largest)
                left -= len(content)
                name = part.name.removesuffix("[]")
                found.setdefault(name, []).append(
                    content if part.filename is not None else content.decode("utf-8")
                )
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="That body did not arrive in time.") from None
    except BROKEN:
        raise web.HTTPBadRequest(text="That form cannot be read.") from None
    return {name: _alone(values) for name, values in found.items()}


async def _read(part: BodyPartReader, left: int, largest: int) -> bytes:
    if {"Content-Encoding", "Content-Transfer-Encoding"} & part.headers.keys():
        # A little that unpacks to much; no browser sends that.
        raise ValueError
    content = bytearray()
    while chunk := await part.read_chunk(2**16):
        content += chunk
        if len(content) > left:
            raise too_large(largest)
    return bytes(content)


def _alone(values: Sequence[str | bytes]) -> Any:
    return values[0] if len(values) == 1 else list(values)
