"""Messages of before go on telling, and say no more than they must."""

from tests.bot.discord.conftest import Easel, OpenEasel
from tests.bot.discord.moderator import did
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL


async def test_who_waited_before_a_restart_sees_how_far_it_is(
    server: Discord, open_easel: OpenEasel
) -> None:
    async with open_easel():
        await did(server, "pause", queue="pause")
        asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox")
        await server.message(asked, lambda message: "stopped the queue" in message.text)

    async with open_easel():
        await did(server, "pause", queue="resume")
        told = await server.message(asked, lambda message: "Painting" in message.text)

    assert told.component("Cancel")


async def test_a_picture_on_its_way_says_when_it_is_there(server: Discord, easel: Easel) -> None:
    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox")

    told = await server.message(asked, lambda message: "Painting" in message.text)

    assert "It should be there <t:" in told.text


async def test_what_was_cancelled_is_one_short_line(server: Discord, easel: Easel) -> None:
    prompt = "a fox " + "with a very long tail " * 20
    asked = await server.command(ALICE, GENERAL, "imagine", prompt=prompt)
    message = await server.message(asked, lambda message: bool(message.buttons))

    await server.press(ALICE, message, "Cancel")
    left = await server.message(asked, lambda message: "Cancelled" in message.text)

    assert left.text.startswith("-# Cancelled: a fox with")
    assert len(left.text) < 150
    assert left.text.count("\n") == 0
    assert not left.buttons


async def test_a_place_behind_others_is_told_in_pictures(server: Discord, easel: Easel) -> None:
    await did(server, "pause", queue="pause")
    hens = await server.command(ALICE, GENERAL, "imagine", prompt="a hen", count=3)
    await server.message(hens, lambda message: "stopped the queue" in message.text)
    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox")
    told = await server.message(asked, lambda message: "stopped the queue" in message.text)

    await server.command(ALICE, GENERAL, "queue")
    listed = await server.message(ALICE, lambda message: "In line" in message.text)

    [place] = [line for line in told.text.split("\n") if "ahead of you" in line]
    [own] = [line for line in listed.text.split("\n") if "a fox" in line]
    assert place.split(" ahead")[0] in own
    assert "picture" in place
    assert "In line: 4 pictures" in listed.text
