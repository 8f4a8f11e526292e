"""Pictures that nobody means well with, and odd ones that somebody does."""

import struct
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

LEFT, RIGHT = (10, 120, 220), (200, 60, 30)
HALVES = (LEFT, RIGHT)
"""The colours of `a_picture`, from the left."""
LYING = 6
HUGE = 100_000
FOREIGN = (
    *("BLP", "BMP", "BUFR", "DDS", "DIB", "EPS", "GIF", "GRIB", "HDF5", "ICNS", "ICO"),
    *("JPEG2000", "MSP", "PALM", "PCX", "PDF", "PPM", "QOI", "SGI", "SPIDER", "TGA", "TIFF"),
    *("WMF", "XBM", "AVIF", "PFM", "MPO"),
)
"""Whatever of these Pillow can write on the machine at hand."""
OTHERS: Mapping[str, bytes] = {
    "zip": b"PK\x03\x04" + bytes(60),
    "gzip": b"\x1f\x8b\x08" + bytes(60),
    "elf": b"\x7fELF" + bytes(60),
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "html": b"<!doctype html><script>1</script>",
    "text": b"a fox",
    "json": b"{}",
    "wav": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40),
    "avi": b"RIFF\x24\x00\x00\x00AVI LIST" + bytes(40),
    "heic": b"\x00\x00\x00\x18ftypheic" + bytes(40),
    "mp4": b"\x00\x00\x00\x18ftypmp42" + bytes(40),
    "psd": b"8BPS\x00\x01" + bytes(60),
    "fits": b"SIMPLE  =                    T" + b" " * 2850,
    "pickle": b"\x80\x04\x95" + bytes(60),
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n",
    "nothing": b"",
}


def a_picture() -> Image.Image:
    picture = Image.new("RGB", (40, 20), RIGHT)
    picture.paste(LEFT, (0, 0, 20, 20))
    return picture


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def noted(orientation: int) -> Image.Exif:
    notes = Image.Exif()
    notes[ExifTags.Base.Orientation] = orientation
    return notes


def broken_notes() -> bytes:
    """EXIF that begins like one and is none."""
    return b"Exif\x00\x00MM\x00\xfb" + bytes(8)


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    told = b"\x89PNG\r\n\x1a\n"
    for kind, data in chunks:
        told += struct.pack(">I", len(data)) + kind + data
        told += struct.pack(">I", zlib.crc32(kind + data))
    return told


def header(width: int, height: int, depth: int = 8, colours: int = 2) -> tuple[bytes, bytes]:
    return b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0)


def png_of_16_bits() -> bytes:
    left, right = (b"".join(struct.pack(">H", 257 * level) for level in half) for half in HALVES)
    row = b"\x00" + left * 20 + right * 20
    return png(header(40, 20, 16), (b"IDAT", zlib.compress(row * 20)), (b"IEND", b""))


def renamed() -> Iterator[tuple[str, bytes]]:
    """Files of other kinds, by what they are."""
    Image.init()
    for kind in FOREIGN:
        # What begins like a JPEG and is one, with more behind it, is none of them.
        if kind in Image.SAVE and kind != "MPO":
            for mode in ("RGB", "L", "1", "P", "F"):
                try:
                    yield kind, saved(a_picture().convert(mode), kind)
                except (OSError, ValueError, KeyError, TypeError):
                    continue
                break
    yield from OTHERS.items()


def bombs() -> Iterator[tuple[str, bytes]]:
    """Little that would become much, by what it is."""
    packed = zlib.compress(bytes(2**26), 9)
    whole = (b"IDAT", zlib.compress(bytes(4)))
    end = (b"IEND", b"")
    for width, height in ((HUGE, HUGE), (2**31 - 1, 1), (12_000, 12_000), (8_000, 7_900)):
        yield f"png {width}x{height}", png(header(width, height), (b"IDAT", packed), end)
    for kind in (b"zTXt", b"iCCP"):
        yield f"{kind!r}", png(header(1, 1), (kind, b"a\x00\x00" + packed), whole, end)
    yield (
        "iTXt",
        png(header(1, 1), (b"iTXt", b"parameters\x00\x01\x00\x00\x00" + packed), whole, end),
    )
    frame = saved(Image.new("RGB", (64, 64)), "JPEG")
    at = frame.index(b"\xff\xc0") + 5
    yield "jpeg", frame[:at] + struct.pack(">HH", 65_000, 65_000) + frame[at + 4 :]
    large = Image.new("L", (7_900, 7_900))
    yield "progressive jpeg", saved(large.convert("RGB"), "JPEG", progressive=True)
    vp8x = struct.pack("<I", 10) + bytes(4) + struct.pack("<I", 16_382)[:3] * 2
    yield "webp", b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + vp8x
    yield (
        "large webp",
        saved(large.resize((7_000, 7_000)), "WEBP", lossless=True, quality=0, method=0),
    )


def cut_short() -> Iterator[tuple[str, bytes]]:
    for kind in ("PNG", "JPEG", "WEBP"):
        file = saved(Image.effect_noise((64, 64), 50).convert("RGB"), kind)
        for share in (0.05, 0.5, 0.9):
            yield f"{kind} {share}", file[: int(len(file) * share)]


def odd() -> Iterator[tuple[str, bytes, bool]]:
    """Good pictures of unusual kinds: what it is, the file, and whether it lies."""
    whole, other = a_picture(), Image.new("RGB", (40, 20))
    text = PngInfo()
    text.add_itxt("parameters", "a fox\nSteps: 4", zip=True)
    yield "cmyk", saved(whole.convert("CMYK"), "JPEG", quality=95), False
    yield "palette", saved(whole.quantize(8), "PNG"), False
    yield "16 bits", png_of_16_bits(), False
    yield (
        "animated webp",
        saved(whole, "WEBP", save_all=True, append_images=[other], quality=95),
        False,
    )
    yield "animated png", saved(whole, "PNG", save_all=True, append_images=[other]), False
    yield "packed text", saved(whole, "PNG", pnginfo=text), False
    yield "a profile that is none", saved(whole, "PNG", icc_profile=b"x" * 200), False
    for kind in ("JPEG", "PNG", "WEBP"):
        yield f"held upright {kind}", saved(whole, kind, exif=noted(LYING), quality=95), True
        yield f"broken notes {kind}", saved(whole, kind, exif=broken_notes(), quality=95), False
