"""Every command that Discord offers is used here: a new one needs a line of its own."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest

from tests.bot.discord.conftest import Easel
from tests.bot.discord.results import painted
from tests.discord_server.command_rules import CHAT
from tests.discord_server.refused import Json
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, BOB, GALLERY, GENERAL, MORGAN

SUBCOMMANDS = (1, 2)
A_FOX = {"prompt": "a fox"}
DOES: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "imagine": (A_FOX, "a fox"),
    "reroll": ({}, "a hen"),
    "vary": ({}, "varied by 20 %"),
    "upscale": ({}, "enlarged 2 times"),
    "show": ({}, "a hen"),
    "history": ({}, "a hen"),
    "queue": ({}, "Being painted: 0"),
    "cancel": ({}, "Nothing of yours waits"),
    "quota": ({}, "credits"),
    "settings": ({"steps": 3}, "Steps"),
    "styles list": ({}, "**watercolor**"),
    "styles add": ({"name": "mosaic", "prompt": "a {prompt}"}, "You have a style"),
    "styles remove": ({"name": "watercolour"}, "no style"),
    "models": ({}, "**book**"),
    "help": ({}, "/imagine"),
    "mod quota": ({"person": ALICE}, f"<@{ALICE.id}>"),
    "mod tier": ({}, "no tiers"),
    "mod block": ({"person": BOB, "reason": "spam"}, f"<@{BOB.id}>"),
    "mod unblock": ({"person": BOB}, "not blocked"),
    "mod filter": ({"do": "add", "word": "naked"}, "naked"),
    "mod channel": ({"channel": GALLERY, "answer": True}, f"<#{GALLERY.id}>"),
    "mod audit": ({}, "No moderator has done"),
    "mod pause": ({"queue": "pause"}, "queue"),
}
"""With these options and said to whoever has a picture of a hen, it answers in these words."""
MENUS = {"Picture info": "--seed 7", "Re-roll": "a hen", "Use as source": None}
"""Pointed at that picture, it answers in these words, or with a form."""
IMAGINES = (
    *("prompt", "negative", "model", "aspect", "size", "steps", "guidance", "sampler", "seed"),
    *("count", "style", "image", "strength", "mask", "private"),
)


def leaves(commands: Iterable[Json], before: str = "") -> Iterator[str]:
    """What can be typed, with the subcommands behind their command."""
    for command in commands:
        inside = [one for one in command.get("options", ()) if one["type"] in SUBCOMMANDS]
        name = f"{before}{command['name']}"
        yield from leaves(inside, f"{name} ") if inside else [name]


async def test_whatever_discord_offers_is_used_here(server: Discord, easel: Easel) -> None:
    commands = list(server.commands)
    typed = [command for command in commands if command["type"] == CHAT]
    [imagine] = [command for command in typed if command["name"] == "imagine"]

    assert sorted(leaves(typed)) == sorted(DOES)
    assert sorted(one["name"] for one in commands if one["type"] != CHAT) == sorted(MENUS)
    assert sorted(option["name"] for option in imagine["options"]) == sorted(IMAGINES)


@pytest.mark.parametrize("command", DOES)
async def test_every_command_answers(server: Discord, easel: Easel, command: str) -> None:
    user = MORGAN if command.startswith("mod ") else ALICE
    options, words = DOES[command]
    await painted(server, easel, "a hen --seed 7", user)

    asked = await server.command(user, GENERAL, command, **options)
    await server.message(asked, lambda message: words in message.text)

    assert not server.record.refusals


@pytest.mark.parametrize("command", MENUS)
async def test_every_command_of_a_picture_answers(
    server: Discord, easel: Easel, command: str
) -> None:
    words = MENUS[command]
    hen = await painted(server, easel, "a hen --seed 7")

    asked = await server.menu(ALICE, hen, command)
    await asked.replied()

    if words is None:
        assert asked.modal
    else:
        await server.message(asked, lambda message: words in message.text)
