"""Buttons and forms that no Easel as this one made: whoever uses one is answered all the same."""

import pytest

from tests.bot.discord.conftest import Easel
from tests.discord_server.message import Message
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL


async def finished(server: Discord, easel: Easel) -> Message:
    easel.painter.gate.set()
    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox")
    return await server.message(asked, lambda message: bool(message.shown))


def renamed(message: Message, name: str) -> str:
    """Its button Info is called so from now on."""
    button = message.component("Info")
    assert button is not None
    button["custom_id"] = name
    return name


@pytest.mark.parametrize(
    "name", ["easel:info:abc", "easel:info", "easel:", "easel:info:1:2:3", "easel:dance:7"]
)
async def test_a_button_of_another_easel_says_so(server: Discord, easel: Easel, name: str) -> None:
    message = await finished(server, easel)

    await server.press(ALICE, message, renamed(message, name))
    told = await server.message(ALICE)

    assert "belongs to another version of Easel" in told.text
    assert "/imagine" in told.text


async def test_a_form_of_another_easel_says_so(server: Discord, easel: Easel) -> None:
    message = await finished(server, easel)
    opened = await server.press(ALICE, message, "Edit")
    await opened.replied()
    assert opened.modal is not None
    opened.modal["custom_id"] = "easel:edit:abc"

    await server.submit(opened, {})
    told = await server.message(ALICE)

    assert "belongs to another version of Easel" in told.text


async def test_a_button_of_a_job_that_nobody_knows_says_what_to_do(
    server: Discord, easel: Easel
) -> None:
    message = await finished(server, easel)

    await server.press(ALICE, message, renamed(message, f"easel:info:{'0' * 32}"))
    told = await server.message(ALICE)

    assert told.text == "I know nothing of that one any more. Ask again with /imagine."


async def test_a_button_of_somebody_else_is_left_alone(server: Discord, easel: Easel) -> None:
    message = await finished(server, easel)

    pressed = await server.press(ALICE, message, renamed(message, "weasel:info:abc"))
    await (await server.press(ALICE, message, "Edit")).replied()

    assert pressed.reply is None
