"""Pictures are compared value by value, and a single one that differs is seen."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from engine.gpu.bench.likeness import likeness

GREY = np.full((64, 64, 3), 100, dtype=np.uint8)


def png(changed: int = 0, *, values: int = 1) -> bytes:
    picture = GREY.copy()
    picture.reshape(-1)[:values] += np.uint8(changed)
    file = BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def test_equal_pictures_are_the_same() -> None:
    found = likeness([png(), png(3)], [png(), png(3)])

    assert found.same
    assert (found.pictures, found.equal, found.furthest, found.mean) == (2, 2, 0, 0.0)


def test_a_single_value_that_differs_is_not_the_same() -> None:
    found = likeness([png(), png()], [png(), png(1)])

    assert not found.same
    assert found.close
    assert (found.equal, found.furthest) == (1, 1)


@pytest.mark.parametrize(("changed", "values"), [(2, 1), (1, 400)])
def test_pictures_that_differ_much_in_one_place_or_a_little_in_many_are_not_close(
    changed: int, values: int
) -> None:
    assert not likeness([png()], [png(changed, values=values)]).close


def test_a_darker_value_is_as_far_as_a_brighter_one() -> None:
    assert likeness([png(200 - 100)], [png()]).furthest == 100
    assert likeness([png()], [png(200 - 100)]).furthest == 100


def test_another_size_is_like_nothing() -> None:
    file = BytesIO()
    Image.new("RGB", (32, 32)).save(file, "PNG")

    found = likeness([png()], [file.getvalue()])

    assert (found.equal, found.furthest) == (0, 255)


def test_no_pictures_are_not_equal_pictures() -> None:
    with pytest.raises(ValueError, match="no pictures"):
        likeness([], [])
    with pytest.raises(ValueError, match="shorter"):
        likeness([png(), png()], [png()])
