"""Thumbnails: what a gallery shows of large pictures, made when somebody looks, a few at a time."""

import asyncio
from collections import OrderedDict
from io import BytesIO

from PIL import Image

from engine.ports import Ledger

SIDE = 512
"""A picture that is no larger is its own thumbnail."""
QUALITY = 82
KEPT = 500
"""In memory, some ten megabytes."""
AT_ONCE = 2


class Thumbnails:
    """By the digests of the files: the same picture is made small once."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._made: OrderedDict[str, bytes] = OrderedDict()
        # Threads that make others wait are the engine's.
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def of(self, digest: str) -> bytes:
        """As WebP, without the recipe. Raises NotFound."""
        if digest not in self._made:
            async with self._turn:
                if digest not in self._made:
                    file = await self._ledger.file(digest)
                    self._made[digest] = await asyncio.to_thread(thumbnail, file)
        self._made.move_to_end(digest)
        while len(self._made) > KEPT:
            self._made.popitem(last=False)
        return self._made[digest]


def thumbnail(file: bytes) -> bytes:
    with Image.open(BytesIO(file), formats=["PNG"]) as image:
        small = image.convert("RGBA" if image.has_transparency_data else "RGB")
    small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    small.save(buffer, "WEBP", quality=QUALITY)
    return buffer.getvalue()
