"""Pictures that come in: seen as they were meant, whatever notes are in them."""

from io import BytesIO
from typing import Any

import pytest
from PIL import ExifTags, Image

from engine.png import require_picture, size_of_picture, upright

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

BROKEN = b"Exif\x00\x00MM\x00\xfb" + bytes(8)


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def opened(file: bytes) -> Image.Image:
    return upright(Image.open(BytesIO(file)))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_notes_that_cannot_be_read_turn_nothing(kind: str) -> None:
    file = saved(Image.new("RGB", (40, 20), "red"), kind, exif=BROKEN)

    require_picture(file)

    assert size_of_picture(file) == (40, 20)
    assert opened(file).size == (40, 20)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_turned_as_it_was_held(kind: str) -> None:
    notes = Image.Exif()
    notes[ExifTags.Base.Orientation] = 6
    file = saved(Image.new("RGB", (40, 20), "red"), kind, exif=notes)

    assert size_of_picture(file) == (20, 40)
    assert opened(file).size == (20, 40)


def test_sixteen_bits_keep_their_shades() -> None:
    grey = Image.frombytes("I;16", (2, 1), b"\x00\x40\xff\xc0")

    seen = opened(saved(grey, "PNG")).convert("RGB")

    assert seen.getpixel((0, 0)) == (0x40,) * 3
    assert seen.getpixel((1, 0)) == (0xC0,) * 3
