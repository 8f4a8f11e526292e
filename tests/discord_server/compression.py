"""How events are packed on their way: one stream per connection, or plain text."""

import zlib
from typing import Protocol

from zstandard import COMPRESSOBJ_FLUSH_BLOCK, ZstdCompressor


class Packing(Protocol):
    """Turns the text of one event into what is sent."""

    def pack(self, text: str) -> str | bytes:
        """The next piece of the stream."""
        ...


class Plain:
    """Nothing is packed."""

    def pack(self, text: str) -> str:
        """The text itself."""
        return text


class ZlibStream:
    """Each piece ends with 00 00 ff ff."""

    def __init__(self) -> None:
        self._stream = zlib.compressobj(level=1)

    def pack(self, text: str) -> bytes:
        """The next piece of the stream."""
        return self._stream.compress(text.encode()) + self._stream.flush(zlib.Z_SYNC_FLUSH)


class ZstdStream:
    """Each piece ends a block."""

    def __init__(self) -> None:
        self._stream = ZstdCompressor(level=1).compressobj()

    def pack(self, text: str) -> bytes:
        """The next piece of the stream."""
        return self._stream.compress(text.encode()) + self._stream.flush(COMPRESSOBJ_FLUSH_BLOCK)


def packing_for(wanted: str | None) -> Packing | None:
    """What the client asked for; None where there is no such thing."""
    match wanted:
        case None:
            return Plain()
        case "zlib-stream":
            return ZlibStream()
        case "zstd-stream":
            return ZstdStream()
    return None
