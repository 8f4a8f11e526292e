"""Makes the file of a finished picture: PNG, with its recipe inside."""

from collections.abc import Mapping
from io import BytesIO

from PIL import ExifTags, Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from engine.errors import InvalidRequest
from engine.infotext import write_infotext
from engine.job import Recipe

# A picture that claims more pixels than this is refused before it is unpacked.
MOST_PIXELS = 64_000_000
LYING = frozenset({5, 6, 7, 8})
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")


def write_png(image: Image.Image, recipe: Recipe, extra: Mapping[str, str] | None = None) -> bytes:
    """The picture with the `parameters` text that A1111 and its heirs read."""
    text = PngInfo()
    text.add_itxt("parameters", write_infotext(recipe, extra or {}))
    buffer = BytesIO()
    image.save(buffer, "PNG", pnginfo=text)
    return buffer.getvalue()


def size_of_picture(file: bytes) -> tuple[int, int]:
    """Width and height as it is seen: cameras write down how they were held."""
    with Image.open(BytesIO(file), formats=FORMATS) as image:
        width, height = image.size
        lying = image.getexif().get(ExifTags.Base.Orientation, 1) in LYING
    return (height, width) if lying else (width, height)


def require_picture(file: bytes) -> None:
    """Raise InvalidRequest unless these bytes are a whole picture of a workable size."""
    try:
        with Image.open(BytesIO(file), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise _too_many(f"{image.width}x{image.height} pixels, which is more than")
            image.load()
    except Image.DecompressionBombError:
        raise _too_many("more pixels than") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise InvalidRequest(
            "That file is no picture that I can read. Give a PNG, JPEG, WebP, GIF or BMP."
        ) from None


def _too_many(pixels: str) -> InvalidRequest:
    return InvalidRequest(
        f"That picture has {pixels} {MOST_PIXELS // 1_000_000} million. Make it smaller first."
    )
