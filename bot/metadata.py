"""The recipe in a picture's file, ours or that of A1111 and its heirs."""

from io import BytesIO

from PIL import ExifTags, Image

from engine.errors import InvalidRequest
from engine.infotext import read_infotext
from engine.job import Recipe
from engine.png import BROKEN, FORMATS, MOST_PIXELS

LONGEST = 100_000
"""Letters of a recipe; longer texts are none."""
COMMENT = b"UNICODE\x00"


def recipe_in(file: bytes) -> Recipe | None:
    """None where the file has none that can be read."""
    text = text_in(file)
    if not text or len(text) > LONGEST:
        return None
    try:
        return read_infotext(text)
    except InvalidRequest:
        return None


def text_in(file: bytes) -> str:
    try:
        with Image.open(BytesIO(file), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                return ""
            if text := image.info.get("parameters"):
                return str(text)
            comment = image.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment)
    except (*BROKEN, Image.DecompressionBombError):
        return ""
    if not isinstance(comment, bytes) or not comment.startswith(COMMENT):
        return ""
    return comment.removeprefix(COMMENT).decode("utf-16-be", "replace")
