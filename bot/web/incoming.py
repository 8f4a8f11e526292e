"""Pictures that come in over HTTP: looked at before they are unpacked, and kept for their owner."""

import asyncio
import binascii
import re
from base64 import b64decode
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import ParamSpec, TypeVar

from PIL import Image

from engine.errors import InvalidRequest
from engine.job import Owner
from engine.png import BROKEN, MOST_PIXELS
from engine.studio import Studio

Seen = TypeVar("Seen")
P = ParamSpec("P")
DIGEST = re.compile(r"[0-9a-f]{64}")
DATA_URI = re.compile(r"data:[\w.+/;=-]{0,100},", re.ASCII)
OPAQUE = 255
FORMATS = ("PNG", "JPEG", "WEBP")
MOST_BYTES = 240 * 2**20
"""So much may a picture need while it is unpacked."""
WEIGHTS = {"PNG": 9, "JPEG": 4, "WEBP": 20}
"""Bytes that a pixel needs while it is unpacked."""
WEIGHT_OF_A_BAND = 2
"""More, for each band of a JPEG: those that come in several scans are collected first."""
PIECE = 2**18
"""Characters that are looked at in one go."""
NO_PICTURE = "That is no picture that I can read. Send a PNG, JPEG or WebP."


class Incoming:
    """Where pictures arrive, and are looked at one after the other."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._room = asyncio.Semaphore()
        self._thread = studio.looking

    async def kept(self, word: str, owner: Owner) -> str:
        """The digest of what a word means: one itself, base64 or a data URI.

        Raises InvalidRequest.
        """
        if DIGEST.fullmatch(word):
            return word
        return await self.keep(await asyncio.to_thread(from_base64, word), owner)

    async def keep(self, file: bytes, owner: Owner) -> str:
        """Raises InvalidRequest unless it is a PNG, JPEG or WebP of a workable size."""
        async with self._room:
            await self._looked_at(weight_of, file)
            return await self._studio.keep(file, owner)

    async def has_holes(self, file: bytes) -> bool:
        """Whether parts of the picture are transparent. Raises InvalidRequest where it is none."""
        return await self.alone(_has_holes, file)

    async def alone(self, work: Callable[P, Seen], *args: P.args, **named: P.kwargs) -> Seen:
        """What unpacks or packs a picture may need some hundred megabytes: one at a time does."""
        loop = asyncio.get_running_loop()
        async with self._room:
            return await loop.run_in_executor(self._thread, partial(work, *args, **named))

    async def _looked_at(self, look: Callable[[bytes], Seen], file: bytes) -> Seen:
        return await asyncio.get_running_loop().run_in_executor(self._thread, look, file)


def weight_of(file: bytes) -> int:
    """Bytes that it needs while it is unpacked, by what its first bytes say.

    Raises InvalidRequest where that is too much.
    """
    try:
        with Image.open(BytesIO(file), formats=FORMATS) as image:
            weight = WEIGHTS[str(image.format)]
            if image.format == "JPEG":
                weight += WEIGHT_OF_A_BAND * len(image.getbands())
            width, height, kind = image.width, image.height, image.format
    except Image.DecompressionBombError:
        raise InvalidRequest("That picture has far too many pixels. Make it smaller.") from None
    except BROKEN:
        raise InvalidRequest(NO_PICTURE) from None
    if width * height > (most := min(MOST_PIXELS, MOST_BYTES // weight)):
        raise InvalidRequest(
            f"That picture has {width}x{height} pixels, which is more than the "
            f"{most // 1_000_000} million that I take in as {kind}. Make it smaller first."
        )
    return weight * width * height


def _has_holes(file: bytes) -> bool:
    weight_of(file)
    try:
        with Image.open(BytesIO(file), formats=FORMATS) as image:
            if not image.has_transparency_data:
                return False
            seen = image if "A" in image.getbands() else image.convert("RGBA")
            return bool(seen.getchannel("A").getextrema()[0] != OPAQUE)
    except BROKEN:
        raise InvalidRequest(NO_PICTURE) from None


def from_base64(word: str) -> bytes:
    """Raises InvalidRequest."""
    start = DATA_URI.match(word)
    # In pieces, after each of which others have their turn.
    places = range(start.end() if start else 0, len(word), PIECE)
    try:
        pieces = [b64decode(word[at : at + PIECE], validate=True) for at in places]
        if any(len(piece) < PIECE // 4 * 3 for piece in pieces[:-1]):
            raise ValueError  # it ends before its end
        return b"".join(pieces)
    except (binascii.Error, ValueError):
        raise InvalidRequest(
            "That is no picture: send its bytes as base64, or the digest that /v1/sources gave."
        ) from None
