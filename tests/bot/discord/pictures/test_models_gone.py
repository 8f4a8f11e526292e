"""Pictures by a model that is not here any more, and what becomes of wishes for more of them."""

from dataclasses import replace
from typing import Any

import pytest

from tests.bot.discord.conftest import OpenEasel
from tests.bot.discord.results import painted, result
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, BOB, GENERAL
from tests.fakes import BOOK

ATLAS = replace(BOOK, name="atlas", digest="d2")
ASKED = "a fox --seed 7 --model book"
MEND = "Press Edit and write --model atlas behind the prompt"


@pytest.mark.parametrize("button", ["Re-roll", "Vary", "Upscale"])
async def test_a_button_says_that_the_model_is_gone_and_what_to_do(
    server: Discord, open_easel: OpenEasel, button: str
) -> None:
    async with open_easel(BOOK) as easel:
        fox = await painted(server, easel, ASKED)

    async with open_easel(ATLAS) as easel:
        await server.press(BOB, fox, button)
        told = await server.message(BOB)

        assert "“book” that painted that one is not here any more" in told.text
        assert MEND in told.text
        assert not easel.painter.painting


@pytest.mark.parametrize(
    ("command", "options"),
    [("reroll", {}), ("reroll", {"same": True}), ("vary", {}), ("upscale", {})],
    ids=["reroll", "same", "vary", "upscale"],
)
async def test_a_command_says_so_too(
    server: Discord, open_easel: OpenEasel, command: str, options: dict[str, Any]
) -> None:
    async with open_easel(BOOK) as easel:
        await painted(server, easel, ASKED)

    async with open_easel(ATLAS) as easel:
        await server.command(ALICE, GENERAL, command, **options)
        told = await server.message(ALICE)

        assert MEND in told.text
        assert not easel.painter.painting


async def test_what_it_says_to_do_paints_the_words_by_another_model(
    server: Discord, open_easel: OpenEasel
) -> None:
    async with open_easel(BOOK) as easel:
        fox = await painted(server, easel, ASKED)

    async with open_easel(ATLAS) as easel:
        easel.painter.gate.set()
        form = await server.press(BOB, fox, "Edit")
        await result(server, await server.submit(form, {"prompt": "a fox --model atlas"}))

        [recipe] = easel.painter.painted
        assert (recipe.prompt, recipe.seed, recipe.model) == ("a fox", 7, "atlas")


async def test_who_named_no_model_gets_the_one_of_today(
    server: Discord, open_easel: OpenEasel
) -> None:
    async with open_easel(BOOK) as easel:
        fox = await painted(server, easel, "a fox")

    async with open_easel(ATLAS) as easel:
        easel.painter.gate.set()
        await result(server, await server.press(BOB, fox, "Re-roll"))

        assert [recipe.model for recipe in easel.painter.painted] == ["atlas"]
