"""A queue that stands still, and one that runs empty."""

from tests.bot.discord.conftest import Easel, OpenEasel
from tests.bot.discord.moderator import did
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, BOB, GENERAL, MORGAN


async def test_a_queue_that_stands_still_says_so_and_goes_on(server: Discord, easel: Easel) -> None:
    easel.painter.gate.set()
    told = await did(server, "pause", queue="pause", reason="a new lamp")

    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox")
    message = await server.message(asked, lambda message: "You are next" in message.text)
    assert "stands still" in told
    assert "A moderator has stopped the queue" in message.text
    assert easel.painter.painting == []

    await did(server, "pause", queue="resume")

    assert (await server.message(asked, lambda message: bool(message.shown))).shown


async def test_it_stands_still_after_a_restart_too(server: Discord, open_easel: OpenEasel) -> None:
    async with open_easel():
        await did(server, "pause", queue="pause")
        await server.command(ALICE, GENERAL, "imagine", prompt="a fox")
        await server.message(GENERAL, lambda message: "stopped the queue" in message.text)

    async with open_easel() as easel:
        easel.painter.gate.set()
        assert len(easel.app.line.jobs) == 1
        assert easel.painter.painting == []
        await did(server, "pause", queue="resume")
        await server.message(GENERAL, lambda message: bool(message.shown))


async def test_a_queue_that_runs_empty_takes_nothing_in(server: Discord, easel: Easel) -> None:
    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox")
    await server.message(asked)
    await did(server, "pause", queue="drain")

    await server.command(BOB, GENERAL, "imagine", prompt="a hen")
    refused = await server.message(BOB)
    easel.painter.gate.set()

    assert "nothing new is taken in" in refused.text
    assert (await server.message(asked, lambda message: bool(message.shown))).shown


async def test_who_waits_already_is_told_when_it_stops_and_when_it_goes_on(
    server: Discord, easel: Easel
) -> None:
    for prompt in ("a fox", "a hen"):
        await server.command(ALICE, GENERAL, "imagine", prompt=prompt)
    await server.until(lambda: len(easel.painter.painting) == 2, "both seats being taken")
    asked = await server.command(MORGAN, GENERAL, "imagine", prompt="a cat")
    message = await server.message(asked)
    assert "It should be there" in message.text

    await did(server, "pause", queue="pause")
    await server.message(asked, lambda message: "stopped the queue" in message.text)
    listed = await server.message(await server.command(MORGAN, GENERAL, "queue"))
    await did(server, "pause", queue="resume")
    await server.message(asked, lambda message: "It should be there" in message.text)

    assert "stopped the queue" in listed.text
