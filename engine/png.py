"""Makes the file of a finished picture: PNG, with its recipe inside."""

import logging
from collections.abc import Mapping
from io import BytesIO
from struct import error as struct_error

from PIL import ExifTags, Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from engine.errors import InvalidRequest
from engine.infotext import write_infotext
from engine.job import Recipe

log = logging.getLogger(__name__)

# A picture that claims more pixels than this is refused before it is unpacked.
MOST_PIXELS = 64_000_000
EIGHT_OF_SIXTEEN = [level >> 8 for level in range(2**16)]
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    LookupError,
    TypeError,
    EOFError,
    struct_error,
    OverflowError,
)
"""What Pillow raises where a file is no picture, or a broken one."""
UPRIGHT = 1
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
        lying = _orientation(image) in LYING
    return (height, width) if lying else (width, height)


def upright(image: Image.Image) -> Image.Image:
    """As it is seen, with 8 bits for each colour."""
    try:
        # Pillow makes a copy also where nothing is to be turned.
        image = ImageOps.exif_transpose(image) if _orientation(image) != UPRIGHT else image
    except BROKEN:
        # Notes that cannot be read turn nothing; what is wrong with the rest is met later.
        log.debug("the notes of a picture cannot be read")
    if not image.mode.startswith("I"):
        return image
    # Pillow takes all of 16 bits that is above 255 for white.
    return image.convert("I").point(EIGHT_OF_SIXTEEN, "L")


def cut_short(kind: str) -> InvalidRequest:
    """Of a picture of that kind that begins as one."""
    return InvalidRequest(
        "That {kind} is cut short or damaged: it begins as a picture and does not end as one. "
        "Send the whole file.",
        kind=kind,
    )


def _orientation(image: Image.Image) -> object:
    """As it was held; upright where the camera's notes cannot be read."""
    try:
        return image.getexif().get(ExifTags.Base.Orientation, UPRIGHT)
    except BROKEN:
        return UPRIGHT


def require_picture(file: bytes) -> None:
    """Raise InvalidRequest unless these bytes are a whole picture of a workable size."""
    try:
        with Image.open(BytesIO(file), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise InvalidRequest(
                    "That picture has {width}x{height} pixels, which is more than {most} million. "
                    "Make it smaller first.",
                    width=image.width,
                    height=image.height,
                    most=MOST_PIXELS // 1_000_000,
                )
            kind = str(image.format)
            try:
                image.load()
            except BROKEN:
                raise cut_short(kind) from None
    except Image.DecompressionBombError:
        raise InvalidRequest(
            "That picture has more pixels than {most} million. Make it smaller first.",
            most=MOST_PIXELS // 1_000_000,
        ) from None
    except BROKEN:
        raise InvalidRequest(
            "That file is no picture that I can read. Give a PNG, JPEG, WebP, GIF or BMP."
        ) from None
