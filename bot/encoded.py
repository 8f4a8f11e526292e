"""Pictures in other formats than PNG, with their recipe in them."""

from io import BytesIO

from PIL import ExifTags, Image


def opened(png: bytes, kind: str) -> Image.Image:
    """As a picture that this kind of file can hold: JPEG knows no transparency."""
    with Image.open(BytesIO(png)) as image:
        opaque = kind == "JPEG" or not image.has_transparency_data
        told = image.info.get("parameters", "")
        converted = image.convert("RGB" if opaque else "RGBA")
        converted.info["parameters"] = told
        return converted


def encoded(image: Image.Image, kind: str, quality: int) -> bytes:
    # Where A1111 and its heirs look for the recipe in pictures that are no PNG.
    exif = Image.Exif()
    comment = b"UNICODE\x00" + image.info["parameters"].encode("utf-16-be")
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = comment
    buffer = BytesIO()
    image.save(buffer, kind, quality=quality, exif=exif)
    return buffer.getvalue()
