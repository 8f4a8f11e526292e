"""How a request becomes tiles."""

from dataclasses import replace

import pytest

from engine.errors import InvalidRequest
from engine.request import LARGEST_SEED, ImageRequest
from engine.tiles import tiles_of
from tests.fakes import BOOK


def test_what_the_request_leaves_open_the_model_decides() -> None:
    (tile,) = tiles_of(ImageRequest(prompt="a fox"), BOOK, seed=7)

    assert (tile.recipe.width, tile.recipe.height) == (128, 128)
    assert (tile.recipe.steps, tile.recipe.guidance, tile.recipe.sampler) == (4, 5.0, "Euler")
    assert (tile.recipe.model, tile.recipe.digest, tile.recipe.seed) == ("book", "d1", 7)


def test_what_the_request_says_goes_before_the_model() -> None:
    given = {"width": 256, "height": 64, "steps": 9, "guidance": 0, "sampler": "ddim"}
    request = ImageRequest.model_validate({"prompt": "a fox", **given})

    (tile,) = tiles_of(request, BOOK, seed=7)

    assert (tile.recipe.width, tile.recipe.height) == (256, 64)
    assert (tile.recipe.steps, tile.recipe.guidance, tile.recipe.sampler) == (9, 0, "DDIM")


def test_every_tile_has_the_next_seed() -> None:
    tiles = tiles_of(ImageRequest(prompt="a fox", seed=LARGEST_SEED - 1, count=3), BOOK, seed=0)

    assert [tile.recipe.seed for tile in tiles] == [LARGEST_SEED - 1, LARGEST_SEED, 0]
    assert [tile.index for tile in tiles] == [0, 1, 2]


def test_alternatives_are_painted_with_the_same_seeds() -> None:
    tiles = tiles_of(ImageRequest(prompt="{red|blue} fox", seed=5, count=2), BOOK, seed=0)

    made = [(tile.recipe.prompt, tile.recipe.seed) for tile in tiles]
    assert made == [("red fox", 5), ("red fox", 6), ("blue fox", 5), ("blue fox", 6)]


def test_too_many_alternatives_are_refused_with_both_numbers() -> None:
    request = ImageRequest(prompt="{a|b|c|d|e} {a|b|c|d}", count=4)

    with pytest.raises(InvalidRequest, match=r"80 pictures.*64"):
        tiles_of(request, BOOK, seed=0)


def test_an_aspect_keeps_the_area_and_the_multiple_of_eight() -> None:
    (tile,) = tiles_of(ImageRequest(prompt="a fox", aspect=(16, 9)), BOOK, seed=0)

    assert (tile.recipe.width, tile.recipe.height) == (168, 96)


def test_a_size_over_the_limit_of_the_model_names_both_limits() -> None:
    request = ImageRequest(prompt="a fox", width=1024, height=512)

    with pytest.raises(InvalidRequest, match=r"1024x512 is too large: book.*64x64.*512x512"):
        tiles_of(request, BOOK, seed=0)


def test_a_style_is_written_into_the_recipe() -> None:
    plain = tiles_of(ImageRequest(prompt="a fox"), BOOK, seed=0)[0].recipe
    night = tiles_of(ImageRequest(prompt="a fox", style="night"), BOOK, seed=0)[0].recipe

    assert "a fox" in night.prompt
    assert night != plain
    assert replace(night, prompt=plain.prompt, negative=plain.negative) == plain


def test_strength_counts_only_where_there_is_an_image() -> None:
    without = tiles_of(ImageRequest(prompt="a fox", strength=0.5), BOOK, seed=0)
    with_image = tiles_of(ImageRequest(prompt="a fox", strength=0.5, image="ab"), BOOK, seed=0)

    assert without[0].recipe.strength == 1.0
    assert with_image[0].recipe.strength == 0.5


@pytest.mark.parametrize("given", [{"prompt": "a <lora:ink:0.8> fox"}, {"negative": "<lora:ink>"}])
def test_a_lora_that_is_not_there_is_refused_before_anything_is_painted(
    given: dict[str, str],
) -> None:
    request = ImageRequest.model_validate({"prompt": "a fox", **given})

    with pytest.raises(InvalidRequest, match="no LoRA “ink”"):
        tiles_of(request, BOOK, seed=0)
