"""Pictures are painted around, and stay what they were in the middle."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.errors import PaintingFailed
from engine.gpu.family import Family
from engine.gpu.images.canvas import OVERLAP, canvas_of
from engine.job import Recipe
from tests.engine.gpu.images.test_canvas import (
    EDGE,
    FILES,
    PICTURE,
    SIZE,
    array,
    difference,
    hole,
    over,
    paint,
)
from tests.engine.gpu.images.test_source import file_of

SIDES = {
    "left": (64, 0, 0, 0),
    "top": (0, 64, 0, 0),
    "right": (0, 0, 64, 0),
    "bottom": (0, 0, 0, 64),
}
MARGINS = [*SIDES.values(), (64, 64, 64, 64), (8, 0, 40, 24)]


def padded(margins: tuple[int, int, int, int], **changes: Any) -> Recipe:
    left, top, right, bottom = margins
    width, height = SIZE + left + right, SIZE + top + bottom
    return over(width=width, height=height, outpaint=margins, **changes)


def old(margins: tuple[int, int, int, int], inwards: int) -> tuple[slice, slice]:
    """Where the old picture is, as far from what is new."""
    left, top, *_ = margins
    within = [inwards if margin else 0 for margin in margins]
    rows = slice(top + within[1], top + SIZE - within[3])
    return rows, slice(left + within[0], left + SIZE - within[2])


@pytest.mark.parametrize("margins", MARGINS)
def test_around_an_image_all_is_painted_but_for_the_image(
    margins: tuple[int, int, int, int],
) -> None:
    canvas = canvas_of(padded(margins), FILES)

    assert canvas.mask is not None
    assert canvas.picture is not None
    assert (
        canvas.picture.size == canvas.mask.size == (padded(margins).width, padded(margins).height)
    )
    levels = np.asarray(canvas.mask)
    assert not levels[old(margins, OVERLAP)].any()
    assert (levels == 255).sum() == levels.size - levels[old(margins, OVERLAP)].size
    left, top, *_ = margins
    assert np.array_equal(
        array(canvas.picture)[top : top + SIZE, left : left + SIZE], array(PICTURE)
    )


@pytest.mark.parametrize("margins", MARGINS)
def test_the_old_picture_stays_and_its_margins_are_painted(
    family: Family, margins: tuple[int, int, int, int]
) -> None:
    asked = padded(margins)

    image = paint(family, asked).painted.image
    other = paint(family, replace(asked, seed=8)).painted.image

    assert image.size == (asked.width, asked.height)
    kept = old(margins, OVERLAP + EDGE)
    shifted = Image.new("RGB", image.size)
    shifted.paste(PICTURE, (margins[0], margins[1]))
    assert not difference(image, shifted)[kept].any()
    new = np.ones(image.size[::-1], dtype=bool)
    new[old(margins, 0)] = False
    assert (difference(image, other)[new] > 0).mean() > 0.9


def test_margins_begin_with_the_colours_of_the_edge() -> None:
    halves = Image.new("RGB", (SIZE, SIZE), "red")
    halves.paste("blue", (SIZE // 2, 0, SIZE, SIZE))

    canvas = canvas_of(padded((64, 0, 64, 0)), {"source": file_of(halves)})

    assert canvas.picture is not None
    assert canvas.picture.getpixel((4, 96)) == (255, 0, 0)
    assert canvas.picture.getpixel((SIZE + 124, 96)) == (0, 0, 255)


def test_a_mask_counts_around_which_is_painted_too() -> None:
    canvas = canvas_of(padded((64, 0, 0, 0), mask="grey"), FILES)

    assert canvas.mask is not None
    levels = np.asarray(canvas.mask)
    assert (levels[:, : 64 + OVERLAP] == 255).all()
    assert np.array_equal(levels[:, 64 + OVERLAP :], np.asarray(hole(255, 0))[:, OVERLAP:])


def test_around_an_image_a_mask_that_is_black_is_enough() -> None:
    canvas = canvas_of(padded((64, 0, 0, 0), mask="black"), FILES)

    assert canvas.mask is not None


def test_where_the_margins_leave_no_room_it_is_told(family: Family) -> None:
    sitting = paint(family, over(outpaint=(96, 0, 96, 0)))

    assert isinstance(sitting.outcome, PaintingFailed)
    assert "nothing of 192x192 is left for the image" in str(sitting.outcome)
