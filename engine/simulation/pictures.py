"""Pictures: a small PNG that is made once, and differs in a number from picture to picture."""

from functools import cache
from io import BytesIO
from itertools import count
from zlib import crc32

from PIL import Image

SIDE = 64
END = b"\x00\x00\x00\x00IEND"
NUMBER = b"tEXt"


class Pictures:
    """Making them takes no time, and each is another file."""

    def __init__(self) -> None:
        self._numbers = count()

    def next(self) -> bytes:
        return numbered(_plain(), next(self._numbers))


def numbered(png: bytes, number: int) -> bytes:
    """The same picture, with a number written into it."""
    text = b"Comment\x00%d" % number
    chunk = len(text).to_bytes(4, "big") + NUMBER + text
    end = png.rindex(END)
    return png[:end] + chunk + crc32(NUMBER + text).to_bytes(4, "big") + png[end:]


@cache
def _plain() -> bytes:
    file = BytesIO()
    Image.linear_gradient("L").resize((SIDE, SIDE)).convert("RGB").save(file, "PNG")
    return file.getvalue()
