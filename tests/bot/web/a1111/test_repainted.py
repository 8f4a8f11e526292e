"""Pictures and masks as A1111's clients mean them."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot.web.a1111.repainted import MOST_WORKED_ON, Repainted, opened, repainted
from bot.web.a1111.shapes import ImageToImage
from engine.errors import InvalidRequest
from engine.request import ImageRequest
from tests.bot.web.a1111.conftest import Theirs, a_mask, a_picture, seen
from tests.bot.web.conftest import House

RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)
SHARP: dict[str, Any] = {"mask_blur": 0, "inpainting_fill": 1, "inpaint_full_res": False}
"""The mask and the picture as they are."""


def a_file(picture: Image.Image, kind: str = "PNG", **said: Any) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, kind, **said)
    return buffer.getvalue()


def made(
    picture: Image.Image,
    mask: Image.Image | None = None,
    size: tuple[int, int] | None = None,
    **said: Any,
) -> Repainted:
    where = None if mask is None else a_file(mask)
    return repainted(a_file(picture), where, ImageToImage(**said), size)


def halves(left: str, right: str, size: tuple[int, int] = (64, 32)) -> Image.Image:
    picture = Image.new("RGB", size, left)
    picture.paste(right, (size[0] // 2, 0, *size))
    return picture


def pixel(file: bytes | None, at: tuple[int, int]) -> Any:
    assert file is not None
    return seen(file).getpixel(at)


def test_a_picture_that_is_as_it_must_be_stays_the_same_file() -> None:
    file = a_file(a_picture(64, 32), "JPEG")

    kept = [
        repainted(file, None, ImageToImage(), None),
        repainted(file, None, ImageToImage(), (128, 64)),
        repainted(file, None, ImageToImage(resize_mode=1), (64, 64)),
    ]

    assert [each.image for each in kept] == [file] * 3


def test_another_shape_stretches_it_as_theirs_does() -> None:
    stretched = made(halves("red", "blue"), size=(64, 64))

    assert seen(stretched.image).size == (64, 64)
    assert (pixel(stretched.image, (2, 2)), pixel(stretched.image, (61, 61))) == (RED, BLUE)


def test_or_fills_what_is_missing_with_its_edges() -> None:
    filled = made(halves("red", "blue"), size=(64, 128), resize_mode=2)

    assert seen(filled.image).size == (64, 128)
    assert (pixel(filled.image, (2, 2)), pixel(filled.image, (61, 125))) == (RED, BLUE)


def test_of_a_very_narrow_one_something_is_left() -> None:
    filled = made(a_picture(1, 600), size=(64, 64), resize_mode=2)

    assert seen(filled.image).size == (64, 64)
    assert pixel(filled.image, (0, 0)) == RED


def test_a_mask_is_turned_round_where_they_say_so() -> None:
    mask = a_mask(64, 64, (0, 0, 32, 64))

    as_it_is = made(a_picture(), mask, **SHARP)
    turned = made(a_picture(), mask, inpainting_mask_invert=1, **SHARP)

    assert (pixel(as_it_is.mask, (5, 5)), pixel(as_it_is.mask, (60, 5))) == (255, 0)
    assert (pixel(turned.mask, (5, 5)), pixel(turned.mask, (60, 5))) == (0, 255)


def test_of_a_mask_that_is_transparent_somewhere_the_rest_is_painted() -> None:
    mask = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    mask.paste((0, 0, 0, 255), (0, 0, 32, 64))

    made_of_it = made(a_picture(), mask, **SHARP)

    assert (pixel(made_of_it.mask, (5, 5)), pixel(made_of_it.mask, (60, 5))) == (255, 0)


def test_a_blur_softens_the_edge_of_a_mask() -> None:
    mask = a_mask(64, 64, (0, 0, 32, 64))

    soft = made(a_picture(), mask, **{**SHARP, "mask_blur": 4})

    assert 0 < pixel(soft.mask, (33, 32)) < 255


def test_a_mask_of_another_size_is_brought_to_that_of_the_picture() -> None:
    made_of_it = made(a_picture(), a_mask(128, 128, (0, 0, 64, 128)), **SHARP)

    assert seen(made_of_it.mask or b"").size == (64, 64)


def test_what_is_painted_anew_begins_with_the_colours_around_it() -> None:
    picture = a_picture()
    picture.paste("blue", (24, 24, 40, 40))
    mask = a_mask(64, 64, (20, 20, 44, 44))

    filled = made(picture, mask, mask_blur=0, inpainting_fill=0, inpaint_full_res=False)

    assert pixel(filled.image, (32, 32)) == RED


def test_a_mask_that_is_white_everywhere_leaves_no_colours_to_begin_with() -> None:
    everywhere = a_mask(64, 64, (0, 0, 64, 64))

    filled = made(a_picture(), everywhere, mask_blur=0, inpaint_full_res=False)

    assert pixel(filled.image, (32, 32)) == RED


def test_the_masked_part_alone_is_painted_larger() -> None:
    picture = a_picture(256, 256)
    picture.paste("blue", (100, 100, 116, 116))
    mask = a_mask(256, 256, (104, 104, 112, 112))

    close = made(picture, mask, size=(64, 64), **{**SHARP, "inpaint_full_res": True})

    assert close.close_up is not None
    assert close.close_up.box == (104, 104, 112, 112)
    assert seen(close.image).size == (64, 64)
    assert pixel(close.image, (0, 0)) == BLUE


def test_around_it_there_is_as_much_as_they_say_in_the_shape_of_the_new_picture() -> None:
    mask = a_mask(256, 256, (0, 100, 8, 108))
    full = {**SHARP, "inpaint_full_res": True, "inpaint_full_res_padding": 16}

    square = made(a_picture(256, 256), mask, size=(64, 64), **full)
    wide = made(a_picture(256, 256), mask, size=(128, 64), **full)

    assert square.close_up is not None
    assert wide.close_up is not None
    assert square.close_up.box == (0, 84, 40, 124)
    assert wide.close_up.box == (0, 84, 80, 124)


def test_cameras_that_were_held_upright_are_seen_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    file = a_file(halves("red", "blue"), "JPEG", exif=exif, quality=100, subsampling=0)

    assert opened(file).size == (32, 64)


def test_sixteen_bits_are_seen_as_what_they_are() -> None:
    assert opened(a_file(Image.new("I;16", (8, 8), 0x8000))).getpixel((2, 2)) == (128, 128, 128)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF"])
def test_other_kinds_of_file_are_no_pictures(kind: str) -> None:
    with pytest.raises(InvalidRequest, match="PNG, JPEG or WebP"):
        opened(a_file(a_picture(), kind))


def test_holes_in_a_picture_are_white() -> None:
    holed = Image.new("RGBA", (8, 8), (0, 0, 0, 0))

    assert opened(a_file(holed)).getpixel((2, 2)) == WHITE


async def test_a_part_that_was_painted_alone_goes_back_into_the_whole(
    theirs: Theirs, house: House
) -> None:
    house.painter.gate.set()
    picture = a_picture(256, 256, "blue")

    result = await theirs(
        "img2img",
        images=[picture],
        mask_image=a_mask(256, 256, (64, 64, 128, 128)),
        prompt="a hat",
        mask_blur=0,
        seed=255,
        inpaint_full_res=True,
        width=64,
        height=64,
        steps=4,
    )

    [recipe] = house.painter.painted
    assert (recipe.width, recipe.height) == (64, 64)
    assert result.image.size == (256, 256)
    assert result.image.getpixel((96, 96)) == RED
    assert result.image.getpixel((32, 32)) == BLUE
    assert "Seed: 255" in result.image.info["parameters"]


async def test_a_picture_and_its_mask_are_painted_over_whole(theirs: Theirs, house: House) -> None:
    house.painter.gate.set()

    result = await theirs(
        "img2img",
        images=[a_picture()],
        mask_image=a_mask(64, 64, (0, 0, 32, 64)),
        prompt="a hat",
        inpaint_full_res=False,
        width=64,
        height=64,
        steps=4,
    )

    [recipe] = house.painter.painted
    assert recipe.mask is not None
    kept = house.painter.sources[-1]
    assert seen(kept[recipe.mask]).size == (64, 64)
    assert result.image.size == (64, 64)
    assert isinstance((await house.ledger.job(result.info["job"])).request, ImageRequest)


def test_what_is_very_large_is_made_smaller_before_it_is_worked_on() -> None:
    large = a_picture(6000, 4000)

    made_of_it = made(large, a_mask(60, 40, (0, 0, 30, 40)), **SHARP)

    across, down = seen(made_of_it.image).size
    assert across * down <= MOST_WORKED_ON
    assert (across, down) == (3547, 2364)
