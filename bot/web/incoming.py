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
from engine.png import BROKEN, MOST_PIXELS, cut_short, upright
from engine.ports import Ledger
from engine.sources import require_own
from engine.studio import Studio

Seen = TypeVar("Seen")
P = ParamSpec("P")
DIGEST = re.compile(r"[0-9a-f]{64}")
DATA_URI = re.compile(r"data:[\w.+/;=-]{0,100},", re.ASCII)
OPAQUE, HALF = 255, 127
CLEAR = [OPAQUE if level <= HALF else 0 for level in range(256)]
LIGHT = [OPAQUE if level > HALF else 0 for level in range(256)]
FORMATS = ("PNG", "JPEG", "WEBP")
BEGINNINGS = {
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "WEBP": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
}
MOST_BYTES = 240 * 2**20
"""So much may a picture need while it is unpacked."""
WEIGHTS = {"PNG": 9, "JPEG": 4, "WEBP": 20}
"""Bytes that a pixel needs while it is unpacked."""
SEVERAL = "MPO"
"""What Pillow calls a JPEG with others behind it, as some cameras write them; the first counts."""
WEIGHT_OF_A_BAND = 2
"""More, for each band of a JPEG: those that come in several scans are collected first."""
PIECE = 2**18
"""Characters that are looked at in one go."""
NOTHING_WHITE = (
    "Nothing in the mask is white, so nothing of the image would change. Make it white, or "
    "transparent, where something new should be."
)
NO_PICTURE = "That is no picture that I can read. Send a PNG, JPEG or WebP."


class Incoming:
    """Where pictures arrive, and are looked at one after the other."""

    def __init__(self, studio: Studio, ledger: Ledger) -> None:
        self._studio, self._ledger = studio, ledger
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

    async def require_white(self, mask: str, owner: Owner) -> None:
        """Raises InvalidRequest where that mask leaves nothing to paint, and NotFound where it is
        none of theirs."""
        ledger = self._ledger
        require_own([mask], await ledger.own(owner.id, [mask]))
        if await self.alone(_paints_nothing, await ledger.file(mask)):
            raise InvalidRequest(NOTHING_WHITE)

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
            kind = _kind(image)
            weight = WEIGHTS[kind]
            if kind == "JPEG":
                weight += WEIGHT_OF_A_BAND * len(image.getbands())
            width, height = image.width, image.height
    except Image.DecompressionBombError:
        raise InvalidRequest("That picture has far too many pixels. Make it smaller.") from None
    except BROKEN:
        raise broken(file) from None
    if width * height > (most := min(MOST_PIXELS, MOST_BYTES // weight)):
        raise InvalidRequest(
            f"That picture has {width}x{height} pixels, which is more than the "
            f"{most // 1_000_000} million that I take in as {kind}. Make it smaller first."
        )
    return weight * width * height


def broken(file: bytes) -> InvalidRequest:
    """Of what Pillow cannot read: whether it begins as one of the three at least."""
    kind = next((kind for kind, start in BEGINNINGS.items() if start.match(file)), None)
    return InvalidRequest(NO_PICTURE) if kind is None else cut_short(kind)


def _kind(image: Image.Image) -> str:
    return "JPEG" if image.format == SEVERAL else str(image.format)


def _has_holes(file: bytes) -> bool:
    weight_of(file)
    try:
        with Image.open(BytesIO(file), formats=FORMATS) as image:
            if not image.has_transparency_data:
                return False
            seen = image if "A" in image.getbands() else image.convert("RGBA")
            return bool(seen.getchannel("A").getextrema()[0] != OPAQUE)
    except BROKEN:
        raise broken(file) from None


def _paints_nothing(mask: bytes) -> bool:
    """As the painter sees it: where it is transparent, or white if it is not transparent."""
    weight_of(mask)
    try:
        with Image.open(BytesIO(mask), formats=FORMATS) as image:
            image.load()
            seen = upright(image)
            if seen.has_transparency_data:
                alpha = seen.convert("RGBA").getchannel("A")
                if alpha.getextrema()[0] != OPAQUE:
                    return alpha.point(CLEAR).getbbox() is None
            return seen.convert("L").point(LIGHT).getbbox() is None
    except BROKEN:
        raise broken(mask) from None


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
