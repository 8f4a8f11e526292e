"""A bot on the unmodified discord.py comes in, is asked, and answers."""

import asyncio
import sys
from pathlib import Path

from tests.discord_server.nouns import Upload
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL
from tests.discord_server.visitor import RED_DOT, Visitor

CHECKOUT = Path(__file__).resolve().parents[2]
WITHOUT_ZSTANDARD = """
import asyncio, sys, types
sys.modules["zstandard"] = None
from tests.discord_server.visitor import visiting

async def stay():
    api, gateway, token = sys.argv[1:]
    async with visiting(types.SimpleNamespace(api=api, gateway=gateway, token=token)):
        await asyncio.Event().wait()

asyncio.run(stay())
"""


async def test_a_command_is_thought_about_and_then_answered_with_a_picture(
    server: Discord, bot: Visitor
) -> None:
    bot.gate.clear()

    asked = await server.command(ALICE, GENERAL, "paint", prompt="a fox")
    await asked.replied()
    thinking = server.messages(GENERAL)[0].loading
    bot.gate.set()
    message = await server.message(asked)

    assert thinking
    assert message.text == "Here is a fox"
    assert [file.content for file in message.shown] == [RED_DOT]
    assert [button.label for button in message.buttons] == ["Edit", "Update", "Later"]
    assert not server.record.refusals


async def test_a_picture_that_a_person_attaches_can_be_fetched(
    server: Discord, bot: Visitor
) -> None:
    given = Upload(name="mine.png", content=RED_DOT + b"mine")

    asked = await server.command(ALICE, GENERAL, "paint", prompt="it", image=given)

    message = await server.message(asked)
    assert message.shown[0].content == given.content


async def test_discord_py_without_zstandard_understands_the_other_stream(server: Discord) -> None:
    program = [sys.executable, "-c", WITHOUT_ZSTANDARD, server.api, server.gateway, server.token]
    running = await asyncio.create_subprocess_exec(*program, cwd=CHECKOUT)
    try:
        await server.ready()

        asked = await server.command(ALICE, GENERAL, "greet")

        assert (await server.message(asked)).text == "Hello"
        assert server.doors.packings == ["zlib-stream"]
    finally:
        running.kill()
        await running.wait()


async def test_discord_py_with_zstandard_asks_for_its_stream(server: Discord, bot: Visitor) -> None:
    assert server.doors.packings == ["zstd-stream"]
