"""Who gives an image and no size gets the image's shape."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.card import ModelCard
from engine.framing import framed
from engine.job import enlarged
from engine.request import LARGEST, SMALLEST, ImageRequest
from engine.tiles import size_of, tiles_of

CARD = ModelCard(
    name="tiny",
    family="sd",
    digest="0",
    width=512,
    height=512,
    largest=1024,
    steps=20,
    guidance=7.0,
    sampler="Euler",
)
IMAGE = "0" * 64
SIDES = st.integers(1, 20_000)


def over(**changes: object) -> ImageRequest:
    return ImageRequest.model_validate({"prompt": "a fox", "image": IMAGE, **changes})


def size_over(image: tuple[int, int], **changes: object) -> tuple[int, int]:
    return size_of(framed(over(**changes), image, CARD), CARD)


@pytest.mark.parametrize(
    ("image", "size"),
    [
        ((512, 512), (512, 512)),
        ((3000, 2000), (624, 416)),
        ((200, 300), (416, 624)),
        ((9000, 10), (1024, 256)),
    ],
)
def test_what_is_painted_over_keeps_its_shape_at_the_area_the_model_likes(
    image: tuple[int, int], size: tuple[int, int]
) -> None:
    assert size_over(image) == size


@pytest.mark.parametrize("wish", [{"width": 512, "height": 768}, {"aspect": (2, 3)}])
def test_whoever_says_a_size_or_an_aspect_gets_it(wish: dict[str, object]) -> None:
    request = over(**wish)

    assert framed(request, (3000, 2000), CARD) == request


@pytest.mark.parametrize(
    ("image", "size"),
    [((640, 480), (640, 480)), ((1500, 1000), (1504, 1000)), ((4096, 1024), (2048, 512))],
)
def test_what_is_only_enlarged_keeps_its_size(
    image: tuple[int, int], size: tuple[int, int]
) -> None:
    assert size_over(image, strength=0, upscale=2) == size


def test_what_is_enlarged_and_painted_over_is_of_a_size_the_model_paints() -> None:
    card = replace(CARD, multiple=64)

    request = framed(over(strength=0, upscale=2, redraw=0.4), (1500, 1000), card)

    assert (request.width, request.height) == (1024, 704)


def test_what_is_painted_around_an_image_is_added_to_its_size() -> None:
    assert size_over((512, 512), outpaint=(0, 0, 128, 0)) == (640, 512)
    assert size_over((2048, 1024), outpaint=(64, 64, 64, 64)) == (1024, 576)


@given(image=st.tuples(SIDES, SIDES), strength=st.sampled_from([0, 0.5]))
def test_every_image_gets_a_size_that_can_be_painted(
    image: tuple[int, int], strength: float
) -> None:
    request = framed(over(strength=strength, upscale=1 if strength else 2), image, CARD)

    (tile,) = tiles_of(request, CARD, seed=0)

    most = CARD.largest if strength else LARGEST
    for side in (tile.recipe.width, tile.recipe.height):
        assert SMALLEST <= side <= most
        assert side % 8 == 0
    assert tile.recipe.final_size == (
        enlarged(tile.recipe.width, request.upscale),
        enlarged(tile.recipe.height, request.upscale),
    )
