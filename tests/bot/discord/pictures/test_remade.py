"""Re-rolls, variations and larger ones: of one's own pictures, and of what others show."""

from itertools import permutations

import pytest

from tests.bot.discord.conftest import Easel
from tests.bot.discord.results import forge, labels, owner, painted, pictures, result
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, BOB, GENERAL

GRID = "a fox --seed 7 --count 2 --exact"


async def test_a_variation_has_the_recipe_of_its_tile_and_leans_away_from_it(
    server: Discord, easel: Easel
) -> None:
    grid = await painted(server, easel, GRID)

    pressed = await server.press(BOB, grid, "V2")
    message = await result(server, pressed)

    first, second = easel.painter.painted[2:]
    assert (first.prompt, first.seed, first.variation) == ("a fox", 8, 0.2)
    assert (second.seed, second.variation) == (8, 0.2)
    assert first.variation_seed != second.variation_seed
    assert "varied by 20 %" in message.text
    seeds = (str(recipe.variation_seed) for recipe in (first, second))
    orders = [f"variations {', '.join(order)} of seed 8" for order in permutations(seeds)]
    [own] = [order for order in orders if order in message.text]
    shown = await server.message(await server.command(BOB, GENERAL, "history"))
    assert f"a fox · variation {first.variation_seed} of seed 8 · <t:" in shown.text
    info = await server.message(await server.press(BOB, message, "Info"))
    assert f"{own}\nvaried by 20 %" in info.text
    assert [picture.owner for picture in await pictures(easel, BOB)] == [owner(BOB).id] * 2


async def test_the_strength_of_a_variation_is_an_option(server: Discord, easel: Easel) -> None:
    await painted(server, easel, GRID)
    newest, _ = await pictures(easel)

    options = {"picture": str(newest.number), "strength": 0.5}
    asked = await server.command(ALICE, GENERAL, "vary", **options)
    await result(server, asked)

    recipe = easel.painter.painted[-1]
    assert (recipe.seed, recipe.variation) == (newest.recipe.seed, 0.5)


async def test_a_variation_of_a_variation_begins_from_what_is_seen(
    server: Discord, easel: Easel
) -> None:
    await painted(server, easel, "a fox --seed 7 --variation 0.3")
    [varied] = await pictures(easel)

    asked = await server.command(ALICE, GENERAL, "vary")
    await result(server, asked)

    recipe = easel.painter.painted[-1]
    assert (recipe.image, recipe.variation) == (varied.file, 0.0)
    assert 0 < recipe.strength < 1


async def test_rerolling_a_variation_stays_near_its_picture(server: Discord, easel: Easel) -> None:
    fox = await painted(server, easel, "a fox --seed 7 --variation 0.3")

    await result(server, await server.press(ALICE, fox, "Re-roll"))

    first, second = easel.painter.painted
    assert (first.seed, first.variation) == (second.seed, second.variation)
    assert first.variation_seed != second.variation_seed


async def test_upscaling_keeps_the_picture_and_says_so(server: Discord, easel: Easel) -> None:
    grid = await painted(server, easel, GRID)
    newest, _ = await pictures(easel)

    pressed = await server.press(ALICE, grid, "U2")
    message = await result(server, pressed)

    recipe = easel.painter.painted[-1]
    assert recipe.keeps_image
    assert (recipe.image, recipe.final_size) == (newest.file, (256, 256))
    assert "enlarged 2 times by Lanczos · nothing else changed" in message.text
    shown = await server.message(await server.command(ALICE, GENERAL, "history"))
    assert "a fox · seed 8 · 2× larger · <t:" in shown.text
    info = await server.message(await server.press(ALICE, message, "Info"))
    assert "enlarged 2 times by Lanczos\nnothing else changed" in info.text
    assert labels(message) == ["Upscale", "Edit", "Favourite", "Info", "Delete"]


async def test_somebody_else_may_enlarge_what_they_see(server: Discord, easel: Easel) -> None:
    fox = await painted(server, easel)

    await result(server, await server.press(BOB, fox, "Upscale"))

    [larger] = await pictures(easel, BOB)
    assert larger.recipe.upscale == 2
    assert len(await pictures(easel, ALICE)) == 1


async def test_what_was_made_from_a_picture_of_ones_own_is_rerolled_from_it(
    server: Discord, easel: Easel
) -> None:
    await painted(server, easel)
    again = await server.command(ALICE, GENERAL, "vary")
    await result(server, again)
    asked = await server.command(ALICE, GENERAL, "vary")
    from_picture = await result(server, asked)

    await result(server, await server.press(ALICE, from_picture, "Re-roll"))

    assert easel.painter.painted[-1].image == easel.painter.painted[-2].image


async def test_upscaling_can_paint_over_what_it_enlarged(server: Discord, easel: Easel) -> None:
    await painted(server, easel)

    asked = await server.command(ALICE, GENERAL, "upscale", factor=1.5, redraw=0.3)
    message = await result(server, asked)

    recipe = easel.painter.painted[-1]
    assert (recipe.upscale, recipe.redraw, recipe.prompt) == (1.5, 0.3, "a fox")
    assert "nothing else changed" not in message.text


@pytest.mark.parametrize("command", ["vary", "reroll"])
async def test_what_was_only_enlarged_has_nothing_to_do_by_chance(
    server: Discord, easel: Easel, command: str
) -> None:
    fox = await painted(server, easel)
    await result(server, await server.press(ALICE, fox, "Upscale"))

    await server.command(ALICE, GENERAL, command)

    told = await server.message(ALICE, lambda message: "only enlarged" in message.text)
    assert "that it was made from" in told.text


async def test_what_is_very_large_is_enlarged_no_more(server: Discord, easel: Easel) -> None:
    await painted(server, easel, "a fox --size 512x512 --upscale 4")
    asked = await server.command(ALICE, GENERAL, "upscale")
    await result(server, asked)

    await server.command(ALICE, GENERAL, "upscale")

    told = await server.message(ALICE, lambda message: "already" in message.text)
    assert "4096×4096" in told.text


async def test_the_same_picture_is_not_asked_for_several_times(
    server: Discord, easel: Easel
) -> None:
    await painted(server, easel)

    asked = await server.command(ALICE, GENERAL, "reroll", same=True, count=3)

    assert "comes only once" in (await server.message(asked)).text
    assert len(easel.painter.painted) == 1


async def test_the_same_picture_is_asked_for_by_its_recipe_alone(
    server: Discord, easel: Easel
) -> None:
    await painted(server, easel, GRID)
    newest, _ = await pictures(easel)

    request = await easel.app.encore.again(owner(ALICE), newest.number)
    quote = await easel.app.studio.quote(request)

    # Which of a grid is painted first is left to chance.
    same = [recipe for recipe in easel.painter.painted if recipe.seed == newest.recipe.seed]
    assert [tile.recipe for tile in quote.tiles] == same
    asked = await server.command(ALICE, GENERAL, "reroll", picture=str(newest.number), same=True)
    message = await result(server, asked)
    assert "free, from history" in message.text


async def test_pictures_are_offered_by_number_and_by_words(server: Discord, easel: Easel) -> None:
    await painted(server, easel, "a red fox")
    await painted(server, easel, "a white hen")
    hen, fox = await pictures(easel)
    await painted(server, easel, "an owl", BOB)

    async def offered(typed: str) -> list[str]:
        told = await server.autocomplete(ALICE, GENERAL, "vary", "picture", typed)
        return [choice["value"] for choice in told]

    assert await offered("") == [str(hen.number), str(fox.number)]
    assert await offered("fox") == [str(fox.number)]
    assert await offered(str(fox.number)) == [str(fox.number)]
    assert await offered("owl") == []


async def test_a_picture_that_is_not_ones_own_is_not_there(server: Discord, easel: Easel) -> None:
    await painted(server, easel, "a red fox")
    [fox] = await pictures(easel)

    await server.command(BOB, GENERAL, "upscale", picture=str(fox.number))

    assert "None of your pictures" in (await server.message(BOB)).text


async def test_who_has_not_that_style_rerolls_what_it_made_of_the_words(
    server: Discord, easel: Easel
) -> None:
    await server.command(ALICE, GENERAL, "styles add", name="mosaic", prompt="a mosaic of {prompt}")
    fox = await painted(server, easel, "a fox --style mosaic")

    await result(server, await server.press(BOB, fox, "Re-roll"))

    assert [recipe.prompt for recipe in easel.painter.painted] == ["a mosaic of a fox"] * 2


@pytest.mark.parametrize("action", ["vary", "upscale", "reroll", "edit", "info"])
async def test_a_tile_that_there_never_was_is_not_there(
    server: Discord, easel: Easel, action: str
) -> None:
    fox = await painted(server, easel)
    [picture] = await pictures(easel)
    forge(fox, "Info", f"easel:{action}:{picture.job}:7")

    await server.press(ALICE, fox, "Info")

    assert "not kept any more" in (await server.message(ALICE)).text
