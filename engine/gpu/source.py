"""Opens the pictures that people paint over, in the size of the new one."""

from io import BytesIO

from PIL import Image, ImageOps

from engine.errors import PaintingFailed
from engine.png import FORMATS


def open_source(file: bytes, *, mode: str, width: int, height: int) -> Image.Image:
    """Cut to cover the new size from its middle, and reduced or enlarged by Lanczos."""
    try:
        upright = ImageOps.exif_transpose(Image.open(BytesIO(file), formats=FORMATS))
        picture = _on_white(upright).convert(mode)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise PaintingFailed("I cannot read that picture. Send it as PNG, JPEG or WebP.") from error
    if picture.size == (width, height):
        return picture
    return ImageOps.fit(picture, (width, height), Image.Resampling.LANCZOS)


def _on_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture
    seen = picture.convert("RGBA")
    white = Image.new("RGBA", seen.size, "white")
    return Image.alpha_composite(white, seen)
