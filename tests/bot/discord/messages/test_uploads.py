"""Pictures are made to fit into what Discord takes, and keep their recipes."""

from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest
from PIL import ExifTags, Image

from bot.discord.messages.uploads import Packed, packed
from engine.infotext import read_infotext
from engine.job import Picture, Recipe
from engine.png import write_png

RECIPE = Recipe(
    prompt="a fox 🦊",
    model="book",
    digest="d1",
    width=256,
    height=256,
    steps=4,
    guidance=5.0,
    sampler="Euler",
    seed=7,
)
MUCH = 10 * 2**20


def noise(mode: str = "RGB") -> Picture:
    """Nothing that a PNG can make smaller."""
    grain = np.random.default_rng(7).integers(0, 255, (256, 256, len(mode)), dtype=np.uint8)
    return Picture(recipe=RECIPE, png=write_png(Image.fromarray(grain), RECIPE), seconds=1.0)


def sizes(pack: Packed) -> list[list[int]]:
    return [[len(upload.content) for upload in part] for part in pack.parts]


@pytest.fixture(scope="module")
def webp() -> int:
    """The size of the picture in that kind."""
    return sizes(packed([noise()], each=len(noise().png) - 1))[0][0]


def test_what_fits_stays_as_it_is() -> None:
    pack = packed([noise()], each=MUCH)

    assert pack.kind is None
    assert [upload.content for upload in pack.parts[0]] == [noise().png]
    assert pack.parts[0][0].name == "0.png"


def test_what_is_too_large_becomes_webp_with_its_recipe() -> None:
    picture = noise()

    pack = packed([picture], each=len(picture.png) - 1)

    [upload] = pack.parts[0]
    assert (pack.kind, upload.name, upload.kind) == ("WebP", "0.webp", "image/webp")
    assert recipe_in(upload.content) == RECIPE


def test_what_is_still_too_large_becomes_jpeg_with_its_recipe() -> None:
    pack = packed([noise("RGBA")], each=50_000)

    [upload] = pack.parts[0]
    assert (pack.kind, upload.name) == ("JPEG", "0.jpg")
    assert recipe_in(upload.content) == RECIPE
    assert len(upload.content) <= 50_000


def test_what_is_clear_stays_clear_as_webp() -> None:
    pack = packed([noise("RGBA")], each=len(noise("RGBA").png) - 1)

    assert Image.open(BytesIO(pack.parts[0][0].content)).mode == "RGBA"


def test_several_that_fit_one_by_one_become_smaller_together(webp: int) -> None:
    pack = packed([noise()] * 3, each=MUCH, whole=3 * webp + 10)

    assert pack.kind == "WebP"
    assert len(pack.parts) == 1


def test_what_fits_in_no_message_together_is_split() -> None:
    pack = packed([noise()] * 3, each=MUCH, whole=70_000)

    assert pack.kind == "JPEG"
    assert len(pack.parts) == 3
    assert all(sum(part) <= 70_000 for part in sizes(pack))


def test_a_message_has_ten_files_at_most() -> None:
    pack = packed([noise()] * 23, each=MUCH)

    assert [len(part) for part in pack.parts] == [10, 10, 3]
    names = [upload.name for part in pack.parts for upload in part]
    assert all(before != after for before, after in pairwise(names))


def test_what_fits_nowhere_is_left_out_and_counted() -> None:
    pack = packed([noise(), noise()], each=100)

    assert (pack.parts, pack.left_out) == (((),), 2)


def recipe_in(content: bytes) -> Recipe:
    comment = (
        Image.open(BytesIO(content)).getexif().get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment]
    )
    assert comment.startswith(b"UNICODE\x00")
    return read_infotext(comment[8:].decode("utf-16-be"))
