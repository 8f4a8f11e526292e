"""How a request becomes tiles."""

from dataclasses import replace
from typing import Any

import pytest

from engine.addon import Addon, Kind, Shelf
from engine.errors import InvalidRequest
from engine.job import LATENT
from engine.request import LARGEST_SEED, ImageRequest
from engine.style import Style
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
    without = tiles_of(ImageRequest(prompt="a fox"), BOOK, seed=0)
    with_image = tiles_of(ImageRequest(prompt="a fox", strength=0.5, image="ab"), BOOK, seed=0)

    assert without[0].recipe.strength == 1.0
    assert with_image[0].recipe.strength == 0.5


def test_tiles_of_a_variation_share_the_seed_and_lean_elsewhere() -> None:
    request = ImageRequest(prompt="a fox", seed=7, count=3, variation=0.2, variation_seed=100)

    recipes = [tile.recipe for tile in tiles_of(request, BOOK, seed=0)]

    assert [recipe.seed for recipe in recipes] == [7, 7, 7]
    assert [recipe.variation for recipe in recipes] == [0.2, 0.2, 0.2]
    assert [recipe.variation_seed for recipe in recipes] == [100, 101, 102]


def test_the_seeds_that_tiles_lean_towards_begin_anew_after_the_last() -> None:
    request = ImageRequest(
        prompt="a fox", seed=7, count=2, variation=0.2, variation_seed=LARGEST_SEED
    )

    leans = [tile.recipe.variation_seed for tile in tiles_of(request, BOOK, seed=0)]

    assert leans == [LARGEST_SEED, 0]


@pytest.mark.parametrize("seed", [0, 7, LARGEST_SEED])
def test_no_tile_leans_towards_its_own_seed_by_chance(seed: int) -> None:
    tiles = tiles_of(ImageRequest(prompt="a fox", count=4, variation=0.2), BOOK, seed=seed)

    assert {tile.recipe.seed for tile in tiles} == {seed}
    leans = {tile.recipe.variation_seed for tile in tiles}
    assert len(leans) == 4
    assert seed not in leans
    assert all(lean is not None and 0 <= lean <= LARGEST_SEED for lean in leans)


def test_alternatives_vary_in_the_same_ways() -> None:
    request = ImageRequest(prompt="{red|blue} fox", seed=5, count=2, variation=0.5)

    tiles = tiles_of(request, BOOK, seed=8)

    made = [(tile.recipe.prompt, tile.recipe.variation_seed) for tile in tiles]
    assert made == [("red fox", 9), ("red fox", 10), ("blue fox", 9), ("blue fox", 10)]


def test_where_guidance_is_a_number_it_does_not_end() -> None:
    flux = replace(BOOK, name="flux", family="flux")

    with pytest.raises(InvalidRequest, match="flux is told its guidance as a number"):
        tiles_of(ImageRequest(prompt="a fox", guidance_end=0.5), flux, seed=0)
    tiles_of(ImageRequest(prompt="a fox", guidance_end=1.0), flux, seed=0)


def test_without_a_variation_nothing_leans() -> None:
    (tile,) = tiles_of(ImageRequest(prompt="a fox", seed=7), BOOK, seed=0)

    assert (tile.recipe.variation, tile.recipe.variation_seed) == (0.0, None)


def test_what_is_to_come_after_the_first_pass_is_in_the_recipe() -> None:
    request = ImageRequest(
        prompt="a fox",
        image="ab",
        outpaint=(0, 0, 64, 0),
        upscale=2,
        redraw=0.4,
        upscaler="latent",
        guidance_end=0.6,
        cache=3,
        rescale=0.7,
        clip_skip=2,
    )

    (tile,) = tiles_of(request, BOOK, seed=0)

    recipe = tile.recipe
    assert (recipe.width, recipe.height, recipe.final_size) == (128, 128, (256, 256))
    assert (recipe.upscale, recipe.redraw, recipe.upscaler) == (2.0, 0.4, LATENT)
    assert (recipe.outpaint, recipe.rescale, recipe.clip_skip) == ((0, 0, 64, 0), 0.7, 2)
    assert (recipe.guidance_end, recipe.cache) == (0.6, 3)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"image": "ab", "outpaint": 40}, "With 40,40,40,40 to paint around it, too little of 128"),
        ({"image": "ab", "outpaint": (0, 72, 0, 0)}, "Take a larger size or paint less around it"),
        (
            {"upscale": 4, "redraw": 0.5, "width": 256, "height": 128},
            "256x128 enlarged 4 times is 1024x512, and 512 is the longest side here that book "
            "paints over. Take 2 at most",
        ),
        ({"upscale": 2, "redraw": 0.5, "width": 512, "height": 512}, "Begin with a smaller size"),
        ({"upscaler": "Lanczos"}, "The upscaler Lanczos has nothing to enlarge. Give an upscale"),
        ({"upscale": 2, "upscaler": "Lancsoz"}, "no upscaler “Lancsoz”. Did you mean Lanczos"),
        ({"upscale": 2, "upscaler": "Latent"}, "Latent blurs unless the picture is painted over"),
        (
            {"image": "ab", "strength": 0, "upscale": 2, "redraw": 0.5, "upscaler": "Latent"},
            "Latent enlarges what was painted, not an image. Take Lanczos",
        ),
        ({"clip_skip": 3}, "A clip skip of 3 leaves nothing of what book reads prompts with"),
        ({"steps": 51, "sampler": "LCM"}, "LCM paints in 50 steps at most, not in 51"),
    ],
)
def test_what_cannot_be_painted_is_refused_with_the_mend(
    given: dict[str, object], sentence: str
) -> None:
    request = ImageRequest.model_validate({"prompt": "a fox", **given})

    with pytest.raises(InvalidRequest, match=sentence):
        tiles_of(request, replace(BOOK, clip_skip=2), seed=0)


def test_only_what_is_painted_over_has_to_be_of_a_size_that_the_model_paints() -> None:
    card = replace(BOOK, multiple=64)
    crooked = ImageRequest(prompt="a fox", width=128, height=128, upscale=1.25)
    large = ImageRequest(prompt="a fox", width=512, height=512, upscale=4)

    (tile,) = tiles_of(crooked, card, seed=0)

    assert tile.recipe.final_size == (160, 160)
    assert tiles_of(large, BOOK, seed=0)[0].recipe.final_size == (2048, 2048)
    with pytest.raises(InvalidRequest, match=r"book paints no 160x160: .* multiples of 64"):
        tiles_of(crooked.model_copy(update={"redraw": 0.5}), card, seed=0)


def test_no_picture_is_enlarged_beyond_every_measure() -> None:
    card = replace(BOOK, largest=4096, width=4096)

    with pytest.raises(InvalidRequest, match=r"8192 is the longest side here\. Take 2 at most"):
        tiles_of(ImageRequest(prompt="a fox", upscale=3), card, seed=0)


@pytest.mark.parametrize(
    "prompt", ["()", "((", "[ ]", "(:1.2)", "BREAK", "{}", "([(", "{|}", ")", "\\(", "?!"]
)
def test_brackets_alone_say_nothing(prompt: str) -> None:
    with pytest.raises(InvalidRequest, match=r"(no word in that prompt|leaves nothing to paint)\."):
        tiles_of(ImageRequest(prompt=prompt), BOOK, seed=0)


def test_an_alternative_may_be_empty_where_words_stand_beside_it() -> None:
    assert len(tiles_of(ImageRequest(prompt="a {red|} fox"), BOOK, seed=0)) == 2
    with pytest.raises(InvalidRequest, match="One of the alternatives leaves nothing to paint"):
        tiles_of(ImageRequest(prompt="{a fox|}"), BOOK, seed=0)


@pytest.mark.parametrize("prompt", ["(fox:0)", "1", "+", "狐", "🦊"])
def test_anything_that_is_read_is_a_prompt(prompt: str) -> None:
    assert tiles_of(ImageRequest(prompt=prompt), BOOK, seed=0)[0].recipe.prompt == prompt


QUICK = Shelf(
    addons=[
        Addon(kind=Kind.LORA, name="lcm", digest="1", steps=6, guidance=1.5, sampler="LCM"),
        Addon(kind=Kind.LORA, name="zen", digest="2", steps=9),
        Addon(kind=Kind.LORA, name="ink", digest="3"),
    ]
)


def painted_in(prompt: str, **asked: Any) -> list[tuple[int, float, str]]:
    tiles = tiles_of(ImageRequest(prompt=prompt, **asked), BOOK, seed=0, shelf=QUICK)
    return [(tile.recipe.steps, tile.recipe.guidance, tile.recipe.sampler) for tile in tiles]


def test_what_a_request_leaves_open_is_as_its_lora_likes_it() -> None:
    usual = BOOK.steps, BOOK.guidance, BOOK.sampler

    assert painted_in("a fox <lora:lcm:1>") == [(6, 1.5, "LCM")]
    assert painted_in("a fox <lora:lcm:1>", steps=4, guidance=0.0) == [(4, 0.0, "LCM")]
    assert painted_in("a fox <lora:ink:1>") == [usual]
    assert painted_in("a fox <lora:lcm:0>") == [usual]
    assert painted_in("a {fox|hen <lora:lcm:1>}") == [usual, (6, 1.5, "LCM")]


def test_of_several_loras_the_first_by_name_says_what_it_likes() -> None:
    assert painted_in("a fox <lora:zen:1><lora:lcm:1>") == [(6, 1.5, "LCM")]
    assert painted_in("a fox <lora:zen:1><lora:ink:1>") == [(9, BOOK.guidance, BOOK.sampler)]


def test_a_style_that_puts_on_a_lora_paints_as_it_likes() -> None:
    style = Style(name="quick", prompt="{prompt} <lora:lcm:1>")
    request = ImageRequest(prompt="a fox", style="quick")

    (tile,) = tiles_of(request, BOOK, seed=0, styles=[style], shelf=QUICK)

    assert (tile.recipe.prompt, tile.recipe.steps) == ("a fox <lora:lcm:1>", 6)


@pytest.mark.parametrize("given", [{"prompt": "a <lora:ink:0.8> fox"}, {"negative": "<lora:ink>"}])
def test_a_lora_that_is_not_there_is_refused_before_anything_is_painted(
    given: dict[str, str],
) -> None:
    request = ImageRequest.model_validate({"prompt": "a fox", **given})

    with pytest.raises(InvalidRequest, match="no LoRA “ink”"):
        tiles_of(request, BOOK, seed=0)


def test_an_image_that_is_only_enlarged_may_be_larger_than_the_model_paints() -> None:
    request = ImageRequest(
        prompt="a fox", image="ab", strength=0, upscale=2, width=1024, height=1000
    )

    (tile,) = tiles_of(request, replace(BOOK, multiple=64), seed=0)

    assert tile.recipe.keeps_image
    assert tile.recipe.final_size == (2048, 2000)
    with pytest.raises(InvalidRequest, match="1024x1000 is too large"):
        tiles_of(request.model_copy(update={"redraw": 0.5}), BOOK, seed=0)
