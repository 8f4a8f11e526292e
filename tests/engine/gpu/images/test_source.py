"""Pictures to paint over are cut and scaled to the new size."""

from io import BytesIO

import pytest
from PIL import Image

from engine.errors import PaintingFailed
from engine.gpu.images.source import open_source


def file_of(picture: Image.Image, **options: object) -> bytes:
    file = BytesIO()
    picture.save(file, "PNG", **options)
    return file.getvalue()


def test_a_wide_picture_loses_its_sides_and_not_its_shape() -> None:
    wide = Image.new("RGB", (300, 100), "red")
    wide.paste("blue", (90, 0, 210, 100))

    picture = open_source(file_of(wide), mode="RGB", width=64, height=64)

    assert picture.size == (64, 64)
    assert picture.getcolors() == [(64 * 64, (0, 0, 255))]


def test_a_picture_of_the_right_size_is_left_alone() -> None:
    right = Image.effect_noise((64, 72), 50).convert("RGB")

    picture = open_source(file_of(right), mode="RGB", width=64, height=72)

    assert picture.tobytes() == right.tobytes()


def test_what_is_transparent_becomes_white() -> None:
    clear = Image.new("RGBA", (64, 64), (255, 0, 0, 0))

    picture = open_source(file_of(clear), mode="RGB", width=64, height=64)

    assert picture.getpixel((0, 0)) == (255, 255, 255)


def test_a_picture_that_a_camera_turned_is_turned_back() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = Image.new("RGB", (64, 72))

    picture = open_source(file_of(turned, exif=exif), mode="RGB", width=72, height=64)

    assert picture.size == (72, 64)


@pytest.mark.parametrize("file", [b"", b"no picture", file_of(Image.new("RGB", (64, 64)))[:60]])
def test_what_is_no_picture_is_refused_in_a_sentence(file: bytes) -> None:
    with pytest.raises(PaintingFailed, match="cannot read"):
        open_source(file, mode="RGB", width=64, height=64)
