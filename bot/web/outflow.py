"""Outflow: a file that leaves by HTTP while it is written, so that it is never there as a whole."""

from aiohttp import web


class Outflow:
    """What is written waits until it is drained."""

    def __init__(self, response: web.StreamResponse) -> None:
        self._response = response
        self._waiting = bytearray()

    def write(self, content: bytes, /) -> int:
        self._waiting += content
        return len(content)

    def flush(self) -> None:
        """It leaves when it is drained, and no sooner."""

    def close(self) -> None:
        """Whoever answers the request ends it."""

    async def drain(self) -> None:
        """It has left, as fast as whoever takes it reads."""
        content, self._waiting = bytes(self._waiting), bytearray()
        if content:
            await self._response.write(content)
