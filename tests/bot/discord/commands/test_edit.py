"""The form with a result's words: filled in, sent, and refused without losing what was typed."""

import pytest

from tests.bot.discord.conftest import Easel, OpenEasel
from tests.bot.discord.moderator import did
from tests.bot.discord.results import painted, result
from tests.discord_server.faults import RESET, RESET_AFTER, Fault
from tests.discord_server.interaction import Interaction
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, BOB, GALLERY, GENERAL


def filled(asked: Interaction) -> dict[str, str]:
    """What stands in its fields."""
    assert asked.modal is not None
    fields = [row["component"] for row in asked.modal["components"]]
    return {field["custom_id"]: field.get("value") or "" for field in fields}


async def test_the_form_has_what_was_painted_and_paints_what_is_sent(
    server: Discord, easel: Easel
) -> None:
    fox = await painted(server, easel, "a fox --seed 7 --no people --sampler Euler")

    asked = await server.press(BOB, fox, "Edit")
    await asked.replied()
    sent = await server.submit(asked, {"prompt": "a hen", "seed": "9"})
    await result(server, sent)

    assert filled(asked) == {"prompt": "a fox", "negative": "people", "seed": "7", "steps": "4"}
    recipe = easel.painter.painted[-1]
    assert (recipe.prompt, recipe.negative, recipe.seed) == ("a hen", "people", 9)
    assert not server.record.refusals


async def test_flags_count_more_than_what_was_asked_before(server: Discord, easel: Easel) -> None:
    fox = await painted(server, easel, "a fox --size 128x192")

    asked = await server.press(ALICE, fox, "Edit")
    sent = await server.submit(asked, {"prompt": "a hen --size 192x128", "steps": ""})
    await result(server, sent)

    recipe = easel.painter.painted[-1]
    assert (recipe.width, recipe.height) == (192, 128)


async def test_what_must_not_be_there_adds_up(server: Discord, easel: Easel) -> None:
    fox = await painted(server, easel, "a fox --no fish")

    asked = await server.press(ALICE, fox, "Edit")
    await result(server, await server.submit(asked, {"prompt": "a hen --no dog"}))

    assert easel.painter.painted[-1].negative == "fish, dog"


async def test_numbers_are_read_as_wide_as_they_are_typed_and_with_spaces(
    server: Discord, easel: Easel
) -> None:
    fox = await painted(server, easel)

    asked = await server.press(ALICE, fox, "Edit")
    await result(server, await server.submit(asked, {"seed": "1 234", "steps": " １２ "}))

    recipe = easel.painter.painted[-1]
    assert (recipe.seed, recipe.steps) == (1234, 12)


async def test_a_strength_without_an_image_is_refused(server: Discord, easel: Easel) -> None:
    easel.painter.gate.set()
    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox", strength=0.75)

    assert "there is no image" in (await server.message(asked)).text
    assert not easel.painter.painted


async def test_an_empty_seed_is_left_to_chance(server: Discord, easel: Easel) -> None:
    fox = await painted(server, easel)

    asked = await server.press(ALICE, fox, "Edit")
    await result(server, await server.submit(asked, {"seed": ""}))

    assert easel.painter.painted[-1].seed != 7


async def test_dashes_that_were_no_flag_are_none_in_the_form(server: Discord, easel: Easel) -> None:
    fox = await painted(server, easel, r"a fox \--seed of doubt")

    asked = await server.press(ALICE, fox, "Edit")
    await result(server, await server.submit(asked, {"seed": "9"}))

    assert easel.painter.painted[-1].prompt == "a fox --seed of doubt"


async def test_it_is_read_by_the_next_program(server: Discord, open_easel: OpenEasel) -> None:
    async with open_easel() as easel:
        fox = await painted(server, easel)
        asked = await server.press(ALICE, fox, "Edit")
        await asked.replied()

    async with open_easel() as easel:
        easel.painter.gate.set()
        await result(server, await server.submit(asked, {"prompt": "a hen"}))

        assert [recipe.prompt for recipe in easel.painter.painted] == ["a hen"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"prompt": "a hen --stepps 3"}, "Did you mean"),
        ({"prompt": "a hen", "seed": "seven"}, "whole number"),
        ({"prompt": "a hen", "steps": "999"}, "from 1 to 150"),
        ({"prompt": "a hen --model bok"}, "Did you mean book"),
        ({"prompt": "a “hen”, <@2002> **bold** --model bok"}, "Did you mean book"),
    ],
)
async def test_what_is_refused_is_shown_again(
    server: Discord, easel: Easel, typed: dict[str, str], sentence: str
) -> None:
    fox = await painted(server, easel)

    asked = await server.press(ALICE, fox, "Edit")
    await server.submit(asked, typed)
    told = await server.message(ALICE)

    assert sentence in told.text
    assert f"```\n{typed['prompt']}\n" in told.text
    assert not told.pings
    assert len(easel.painter.painted) == 1


async def test_what_was_typed_where_nothing_may_be_painted_any_more_is_shown_again(
    server: Discord, easel: Easel
) -> None:
    fox = await painted(server, easel)

    asked = await server.press(ALICE, fox, "Edit")
    await asked.replied()
    await did(server, "channel", channel=GALLERY, answer=True)
    await server.submit(asked, {"prompt": "a hen of many words"})
    told = await server.message(ALICE)

    assert "I do not paint in this channel" in told.text
    assert "```\na hen of many words\n" in told.text


async def test_a_form_that_is_told_twice_paints_once(server: Discord, easel: Easel) -> None:
    fox = await painted(server, easel)

    asked = await server.press(ALICE, fox, "Edit")
    sent = await server.submit(asked, {"prompt": "a hen"})
    await server.again(sent, times=2)
    await result(server, sent)
    await result(server, await server.press(ALICE, fox, "Re-roll"))

    assert [recipe.prompt for recipe in easel.painter.painted] == ["a fox", "a hen", "a fox"]
    assert set(server.requests(Route.CALLBACK)) == {200}


@pytest.mark.parametrize("fault", [RESET, RESET_AFTER], ids=["reset", "reset though done"])
async def test_a_form_is_opened_though_the_line_breaks(
    server: Discord, easel: Easel, fault: Fault
) -> None:
    fox = await painted(server, easel)

    server.fail(Route.CALLBACK, fault)
    asked = await server.press(ALICE, fox, "Edit")
    await asked.replied()
    await result(server, await server.submit(asked, {"prompt": "a hen"}))

    assert [recipe.prompt for recipe in easel.painter.painted] == ["a fox", "a hen"]


async def test_a_prompt_that_no_form_holds_is_refused_in_words(
    server: Discord, easel: Easel
) -> None:
    fox = await painted(server, easel, "a fox " + "and another " * 400)

    await server.press(ALICE, fox, "Edit")

    assert "4000 letters" in (await server.message(ALICE)).text


async def test_recipes_that_are_too_long_for_a_message_are_a_file(
    server: Discord, easel: Easel
) -> None:
    fox = await painted(server, easel, "a fox " + "and another " * 400)

    pressed = await server.press(ALICE, fox, "Info")
    told = await server.message(pressed)

    [file] = told.attachments
    assert file.name == "recipes.txt"
    assert file.content.startswith(b"a fox and another")
    assert "by its number: " in told.text
