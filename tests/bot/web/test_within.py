"""Sizes that clients ask for by habit, of a model that paints less."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.web.within import Within, within
from engine.errors import InvalidRequest
from engine.job import enlarged
from engine.request import ImageRequest
from tests.fakes import BOOK

SMALL = replace(BOOK, width=128, height=128, largest=256)
WIDE = replace(BOOK, width=1024, height=1024, largest=1536, multiple=64)


def final(fields: Mapping[str, Any]) -> tuple[int, int]:
    request = ImageRequest(prompt="a fox", **fields)
    assert request.width is not None
    assert request.height is not None
    return enlarged(request.width, request.upscale), enlarged(request.height, request.upscale)


@pytest.mark.parametrize("size", [(256, 256), (64, 192)])
def test_what_can_be_painted_is_left_as_it_is(size: tuple[int, int]) -> None:
    assert within(*size, SMALL) == Within(fields={"width": size[0], "height": size[1]})


@pytest.mark.parametrize(
    "size",
    [
        *((512, 512), (1024, 1024), (512, 768), (1024, 576), (264, 256), (600, 400), (768, 1024)),
        *((1024, 256), (256, 1024)),
    ],
)
def test_what_is_larger_is_enlarged_to_exactly_what_was_asked_for(size: tuple[int, int]) -> None:
    sized = within(*size, SMALL)

    assert final(sized.fields) == size
    assert max(sized.fields["width"], sized.fields["height"]) <= SMALL.largest
    assert sized.note == ""


@pytest.mark.parametrize(
    ("size", "first"),
    [((512, 512), (128, 128)), ((512, 256), (184, 92)), ((1024, 1024), (256, 256))],
)
def test_it_is_painted_near_what_the_model_does_best(
    size: tuple[int, int], first: tuple[int, int]
) -> None:
    fields = within(*size, SMALL).fields

    for side, wanted in zip((fields["width"], fields["height"]), first, strict=True):
        assert abs(side - wanted) <= 8


def test_a_model_whose_sides_are_multiples_of_more_is_enlarged_to_it_too() -> None:
    sized = within(1792, 1024, WIDE)

    assert final(sized.fields) == (1792, 1024)
    assert sized.fields["width"] % WIDE.multiple == sized.fields["height"] % WIDE.multiple == 0


@pytest.mark.parametrize(
    ("size", "had"),
    [
        ((1792, 1024), (952, 544)),
        ((1024, 1792), (544, 952)),
        ((1152, 896), (1008, 784)),
        ((1536, 1024), (960, 640)),
        ((2048, 2048), (1024, 1024)),
        ((8192, 2048), (1024, 256)),
        # Between two of the few sizes that are enlarged to something.
        ((1016, 1008), (1016, 1016)),
    ],
)
def test_what_is_too_large_even_so_keeps_its_shape_and_is_told(
    size: tuple[int, int], had: tuple[int, int]
) -> None:
    sized = within(*size, SMALL)

    assert final(sized.fields) == had
    assert sized.note == (
        "book paints sides of up to 256, and they are enlarged up to 4 times. Instead of "
        f"{size[0]}x{size[1]} the picture is {had[0]}x{had[1]}."
    )


@pytest.mark.parametrize(
    ("size", "nearest"),
    [
        ((2048, 64), "256x64"),
        ((64, 2048), "64x256"),
        ((1024, 8), "256x64"),
        ((8, 8), "64x64"),
        ((0, 0), "64x64"),
        ((-8, 512), "64x256"),
        ((100, 100), "96x96"),
        ((1001, 1000), "256x256"),
        ((8200, 8200), "256x256"),
        ((10**9, 10**9), "256x256"),
        ((10**400, 64), "256x64"),
        ((-(10**400), 10**400), "64x256"),
    ],
)
def test_what_cannot_be_had_is_refused_by_the_size_that_was_sent(
    size: tuple[int, int], nearest: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        within(*size, SMALL)

    assert str(refused.value) == (
        f"book paints no {size[0]}x{size[1]}: its widths and heights are multiples of 8 from 64 to "
        f"256, and what it painted is enlarged 4 times at most. Try {nearest}."
    )
