"""Forms that were refused are opened again with what was typed into them."""

import pytest

from bot.discord.controls.drafts import MOST, Drafts
from bot.discord.controls.filled import Filled
from engine.errors import NotFound
from tests.bot.discord.commands.test_edit import filled
from tests.bot.discord.conftest import Easel, OpenEasel
from tests.bot.discord.pictures.test_menus import posted
from tests.bot.discord.results import labels, painted, result
from tests.discord_server.nouns import Upload
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, BOB, QUIET
from tests.fakes import a_png

AGAIN = "Open the form again"
TYPED = {"prompt": "a hen --stepps 3", "negative": "eggs", "seed": "7", "steps": "9"}
DRAFT = Filled(action="edit", target="0" * 32, tile=None, typed=TYPED)


async def test_all_that_was_typed_is_in_the_form_that_is_opened_again(
    server: Discord, easel: Easel
) -> None:
    fox = await painted(server, easel)
    asked = await server.press(ALICE, fox, "Edit")
    await server.submit(asked, TYPED)
    told = await server.message(ALICE)

    opened = await server.press(ALICE, told, AGAIN)
    await opened.replied()
    before = filled(opened)
    await result(server, await server.submit(opened, {"prompt": "a hen"}))

    assert before == TYPED
    assert "Seed: 7 · Steps: 9" in told.text
    recipe = easel.painter.painted[-1]
    assert (recipe.prompt, recipe.negative, recipe.seed, recipe.steps) == ("a hen", "eggs", 7, 9)
    assert not server.record.refusals


async def test_the_form_of_a_source_is_opened_again_with_its_picture(
    server: Discord, easel: Easel
) -> None:
    message = await posted(server, a_png(128, 128))
    easel.painter.gate.set()
    asked = await server.menu(ALICE, message, "Use as source")
    await asked.replied()
    await server.submit(asked, {"prompt": "a hen", "strength": "much"})

    opened = await server.press(ALICE, await server.message(ALICE), AGAIN)
    await opened.replied()
    before = filled(opened)
    await result(server, await server.submit(opened, {"strength": "0.4"}))

    assert before == {"prompt": "a hen", "strength": "much"}
    [recipe] = easel.painter.painted
    assert (recipe.prompt, recipe.strength, bool(recipe.image)) == ("a hen", 0.4, True)


async def test_what_is_forgotten_with_the_program_is_said_so(
    server: Discord, open_easel: OpenEasel
) -> None:
    async with open_easel() as easel:
        fox = await painted(server, easel)
        asked = await server.press(ALICE, fox, "Edit")
        await server.submit(asked, TYPED)
        told = await server.message(ALICE)

    async with open_easel():
        pressed = await server.press(ALICE, told, AGAIN)
        answer = await server.message(pressed)

    assert "has forgotten that form" in answer.text


async def test_a_form_whose_picture_is_forgotten_is_not_offered_again(
    server: Discord, open_easel: OpenEasel
) -> None:
    async with open_easel():
        asked = await server.menu(ALICE, await posted(server, a_png()), "Use as source")
        await asked.replied()

    async with open_easel():
        await server.submit(asked, {"prompt": "a hen"})
        told = await server.message(ALICE)

    assert AGAIN not in labels(told)


async def test_long_words_are_whole_where_nothing_was_acknowledged(
    server: Discord, easel: Easel
) -> None:
    upload = Upload(name="cat.png", content=a_png())
    message = await server.say(BOB, QUIET, "look", upload)
    asked = await server.menu(ALICE, message, "Use as source")
    await asked.replied()
    words = "a hen " * 450

    await server.submit(asked, {"prompt": words})
    told = await server.message(ALICE)

    assert "may not write in this channel" in told.text
    assert words.strip() in told.text
    assert told.text.count("```") == 2
    assert AGAIN in labels(told)


def test_nobody_opens_the_form_of_another() -> None:
    drafts = Drafts()
    name = drafts.put(1, DRAFT)

    with pytest.raises(NotFound, match="whoever asked"):
        drafts.get(name, 2)

    assert drafts.get(name, 1) == DRAFT


def test_only_the_newest_are_kept() -> None:
    drafts = Drafts()
    names = [drafts.put(1, DRAFT) for _ in range(MOST + 1)]

    with pytest.raises(NotFound, match="forgotten"):
        drafts.get(names[0], 1)

    assert drafts.get(names[1], 1) == DRAFT
