"""Opens the pictures that people paint over, in the size of the new one."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from PIL import Image, ImageOps

from engine.errors import PaintingFailed
from engine.png import BROKEN, FORMATS, upright


def open_source(file: bytes, *, mode: str, width: int, height: int) -> Image.Image:
    """Cut to cover the new size from its middle, and reduced or enlarged by Lanczos."""
    picture = open_picture(file, mode=mode)
    if picture.size == (width, height):
        return picture
    return ImageOps.fit(picture, (width, height), Image.Resampling.LANCZOS)


def open_alpha(file: bytes, *, width: int, height: int) -> Image.Image | None:
    """How little transparent it is, cut as its picture would be; None where it is nowhere."""
    with _readable():
        seen = upright(Image.open(BytesIO(file), formats=FORMATS))
        if not seen.has_transparency_data:
            return None
        alpha = seen.convert("RGBA").getchannel("A")
    if alpha.getextrema()[0] == 255:
        return None
    return ImageOps.fit(alpha, (width, height), Image.Resampling.LANCZOS)


def open_picture(file: bytes, *, mode: str) -> Image.Image:
    """As large as it is."""
    with _readable():
        return _on_white(upright(Image.open(BytesIO(file), formats=FORMATS))).convert(mode)


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (*BROKEN, Image.DecompressionBombError) as error:
        raise PaintingFailed("I cannot read that picture. Send it as PNG, JPEG or WebP.") from error


def _on_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture
    seen = picture.convert("RGBA")
    white = Image.new("RGBA", seen.size, "white")
    return Image.alpha_composite(white, seen)
