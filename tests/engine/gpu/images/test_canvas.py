"""What a tile is painted on: what is there, what is new, and what stays as it was."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as some
from PIL import Image, ImageDraw

from engine.errors import PaintingFailed
from engine.gpu.family import Family
from engine.gpu.images.canvas import Canvas, canvas_of
from engine.job import Recipe
from tests.engine.gpu.images.test_source import file_of
from tests.engine.gpu.together import Sitting, paint_together, picture_file, recipe

# Farther from a mask than this its soft edge is not felt.
EDGE = 16
HOLE = (64, 64, 128, 128)
SIZE = 192
SOURCE = picture_file(1, width=SIZE, height=SIZE)
PICTURE = Image.open(BytesIO(SOURCE)).convert("RGB")


def hole(inside: int, outside: int, mode: str = "L") -> Image.Image:
    mask = Image.new("L", (SIZE, SIZE), outside)
    ImageDraw.Draw(mask).rectangle((64, 64, 127, 127), fill=inside)
    return mask.convert(mode)


def holed(alpha: Image.Image) -> Image.Image:
    picture = PICTURE.copy()
    picture.putalpha(alpha)
    return picture


MASKS = {
    "grey": file_of(hole(255, 0)),
    "coloured": file_of(hole(255, 0, "RGB")),
    "transparent": file_of(holed(hole(0, 255))),
    "opaque": file_of(
        Image.merge("RGBA", [hole(255, 0)] * 3 + [Image.new("L", (SIZE, SIZE), 255)])
    ),
}
FILES: Mapping[str, bytes] = {
    "source": SOURCE,
    "black": file_of(Image.new("L", (SIZE, SIZE))),
    "dark": file_of(Image.new("L", (SIZE, SIZE), 127)),
    **MASKS,
}


def over(**changes: Any) -> Recipe:
    return recipe(**{"image": "source", "width": SIZE, "height": SIZE, "steps": 2, **changes})


def paint(family: Family, asked: Recipe, files: Mapping[str, bytes] = FILES) -> Sitting:
    (sitting,) = paint_together(family, [asked], sources=files)
    return sitting


def array(picture: Image.Image) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.asarray(picture.convert("RGB"))


def outside(box: tuple[int, int, int, int], size: tuple[int, int] = (SIZE, SIZE)) -> Any:
    """Where a mask of that box is not felt any more."""
    kept = np.ones((size[1], size[0]), dtype=bool)
    left, top, right, bottom = box
    kept[max(0, top - EDGE) : bottom + EDGE, max(0, left - EDGE) : right + EDGE] = False
    return kept


def difference(one: Image.Image, other: Image.Image) -> Any:
    return np.abs(array(one).astype(int) - array(other)).max(axis=-1)


def test_without_an_image_there_is_nothing_yet() -> None:
    assert canvas_of(recipe(), {}) == Canvas()


def test_over_an_image_nothing_is_kept() -> None:
    canvas = canvas_of(over(), FILES)

    assert canvas.picture is not None
    assert np.array_equal(array(canvas.picture), array(PICTURE))
    assert (canvas.kept, canvas.mask) == (None, None)


def test_no_margins_are_nothing_to_paint() -> None:
    assert canvas_of(over(outpaint=(0, 0, 0, 0)), FILES).mask is None


@pytest.mark.parametrize("name", MASKS)
def test_masks_of_every_kind_say_the_same(name: str) -> None:
    canvas = canvas_of(over(mask=name), FILES)

    assert canvas.mask is not None
    assert np.array_equal(np.asarray(canvas.mask), np.asarray(hole(255, 0)))
    assert canvas.kept is not None
    assert np.array_equal(array(canvas.kept), array(PICTURE))


def test_what_an_image_has_erased_is_its_mask_and_white() -> None:
    canvas = canvas_of(over(image="transparent", mask="transparent"), FILES)

    assert canvas.mask is not None
    assert canvas.picture is not None
    assert np.array_equal(np.asarray(canvas.mask), np.asarray(hole(255, 0)))
    white = PICTURE.copy()
    white.paste("white", HOLE)
    assert np.array_equal(array(canvas.picture), array(white))


def test_a_mask_of_another_size_is_fitted() -> None:
    small = hole(255, 0).resize((SIZE // 2, SIZE // 2))
    wide = Image.new("L", (SIZE * 2, SIZE), 0)
    wide.paste(hole(255, 0), (SIZE // 2, 0))

    for mask in (small, wide):
        canvas = canvas_of(over(mask="mask"), {**FILES, "mask": file_of(mask)})

        assert canvas.mask is not None
        levels = np.asarray(canvas.mask)
        assert levels.shape == (SIZE, SIZE)
        assert (levels[72:120, 72:120] > 250).all()
        assert not levels[outside(HOLE)].any()


@pytest.mark.parametrize("mask", ["black", "dark"])
def test_a_mask_that_is_black_everywhere_is_told(family: Family, mask: str) -> None:
    sitting = paint(family, over(mask=mask))

    assert isinstance(sitting.outcome, PaintingFailed)
    assert str(sitting.outcome).startswith("Nothing in the mask is white")


def test_an_image_that_is_not_transparent_anywhere_is_no_mask_of_its_own(family: Family) -> None:
    opaque = file_of(holed(Image.new("L", (SIZE, SIZE), 255)))

    for file in (SOURCE, opaque):
        sitting = paint(family, over(image="own", mask="own"), {"own": file})

        assert isinstance(sitting.outcome, PaintingFailed)
        assert "Nothing of that image is transparent" in str(sitting.outcome)


@pytest.mark.parametrize("strength", [0.6, 1.0])
@pytest.mark.parametrize("mask", ["grey", "transparent"])
def test_what_the_mask_keeps_comes_back_to_the_last_bit(
    family: Family, mask: str, strength: float
) -> None:
    sitting = paint(family, over(mask=mask, strength=strength))

    changed = difference(sitting.painted.image, PICTURE)
    assert not changed[outside(HOLE)].any()
    assert (changed[64:128, 64:128] > 0).mean() > 0.9


def test_an_autoencoder_alone_would_change_all_a_little(family: Family) -> None:
    sitting = paint(family, over(mask="grey", strength=0.6))

    with torch.inference_mode():
        decoded, _ = family.autoencoder.decoded(sitting.latents)

    assert (difference(decoded, PICTURE)[outside(HOLE)] > 0).mean() > 0.5
    assert np.array_equal(
        array(decoded)[64:128, 64:128], array(sitting.painted.image)[64:128, 64:128]
    )


def test_what_was_painted_goes_over_softly_into_what_was_kept() -> None:
    size = (SIZE, SIZE)
    canvas = Canvas(kept=Image.new("RGB", size, "black"), mask=hole(255, 0))

    seen = array(canvas.under(Image.new("RGB", size, "white")))[96, :, 0].astype(int)

    assert (seen[64:128] == 255).all()
    assert 0 < seen[62] < 255
    assert (np.diff(seen[:64]) >= 0).all()
    assert (np.diff(seen[128:]) <= 0).all()
    assert not seen[: 64 - EDGE].any()


def test_enlarged_it_keeps_the_same_places() -> None:
    canvas = canvas_of(over(mask="grey"), FILES)
    painted = Image.new("RGB", (SIZE * 2, SIZE * 2), "white")

    larger = canvas.enlarged(SIZE * 2, SIZE * 2, painted)

    assert larger.picture is painted
    assert larger.kept is not None
    assert larger.mask is not None
    assert larger.kept.size == larger.mask.size == (SIZE * 2, SIZE * 2)
    assert set(np.unique(np.asarray(larger.mask))) == {0, 255}
    assert larger.mask.getbbox() == (128, 128, 256, 256)


margins = some.sampled_from([0, 8, 16, 40])


@some.composite
def pictures(draw: some.DrawFn) -> bytes:
    mode = draw(some.sampled_from(["L", "LA", "RGB", "RGBA", "P", "1", "I;16", "CMYK"]))
    size = (draw(some.integers(1, 100)), draw(some.integers(1, 100)))
    level = draw(some.integers(0, 255))
    picture = Image.effect_noise(size, level).convert(mode if mode != "I;16" else "I;16")
    if mode in {"LA", "RGBA"}:
        picture.putalpha(draw(some.integers(0, 255)))
    file = BytesIO()
    picture.save(file, "JPEG" if mode == "CMYK" else "PNG")
    return file.getvalue()


@settings(max_examples=150, deadline=None)
@given(
    inner=some.tuples(*[some.integers(-1, 8).map(lambda eighths: eighths * 8)] * 2),
    around=some.tuples(margins, margins, margins, margins),
    files=some.fixed_dictionaries({"image": pictures(), "mask": pictures()}),
    mask=some.sampled_from([None, "image", "mask"]),
    strength=some.sampled_from([0.0, 0.5, 1.0]),
)
def test_whatever_comes_the_canvas_has_the_size_of_the_tile_or_a_sentence_says_why(
    inner: tuple[int, int],
    around: tuple[int, int, int, int],
    files: Mapping[str, bytes],
    mask: str | None,
    strength: float,
) -> None:
    left, top, right, bottom = around
    width, height = max(8, inner[0] + left + right), max(8, inner[1] + top + bottom)
    asked = recipe(
        width=width, height=height, image="image", mask=mask, outpaint=around, strength=strength
    )
    try:
        canvas = canvas_of(asked, files)
    except PaintingFailed:
        assert mask or min(inner) <= 0
        return

    assert canvas.picture is not None
    for picture, mode in ((canvas.picture, "RGB"), (canvas.kept, "RGB"), (canvas.mask, "L")):
        if picture is not None:
            assert picture.size == (width, height)
            assert picture.mode == mode
    assert (canvas.kept is None) == (canvas.mask is None)
    assert canvas.mask is not None or strength == 0 or not (mask or any(around))
