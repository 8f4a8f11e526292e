"""Sizes that clients ask for by habit, of a model that paints less."""

from dataclasses import replace

import pytest

from bot.web.within import within
from engine.job import enlarged
from engine.request import ImageRequest
from tests.fakes import BOOK

SMALL = replace(BOOK, width=128, height=128, largest=256)


@pytest.mark.parametrize("size", [(256, 256), (64, 192), (8, 8), (10**9, 10**9)])
def test_what_can_be_painted_or_is_out_of_all_measure_is_left_as_it_is(
    size: tuple[int, int],
) -> None:
    assert within(*size, SMALL) == {"width": size[0], "height": size[1]}


@pytest.mark.parametrize(
    ("size", "first"),
    [
        ((512, 512), (128, 128)),
        ((1024, 1024), (256, 256)),
        ((512, 768), (128, 192)),
        ((1024, 576), (256, 144)),
        ((264, 256), (128, 128)),
    ],
)
def test_what_is_larger_is_painted_as_the_model_does_best_and_enlarged(
    size: tuple[int, int], first: tuple[int, int]
) -> None:
    fields = within(*size, SMALL)

    assert (fields["width"], fields["height"]) == first
    for side, wanted in zip(first, size, strict=True):
        assert abs(enlarged(side, fields["upscale"]) - wanted) <= 8


@pytest.mark.parametrize("size", [(1536, 1024), (1792, 1024), (1024, 4096), (8192, 8)])
def test_what_is_too_large_even_so_comes_as_large_as_it_can(size: tuple[int, int]) -> None:
    fields = within(*size, SMALL)

    request = ImageRequest(prompt="a fox", **{**fields, "height": max(64, fields["height"])})
    assert max(fields["width"], fields["height"]) == SMALL.largest
    assert request.upscale == 4
