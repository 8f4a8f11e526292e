"""What discord.py does when it loses the gateway, which is the same as with the real one."""

import asyncio
from io import BytesIO
from typing import Any

import discord
import pytest

from tests.discord_server.drop import Drop
from tests.discord_server.server import Discord
from tests.discord_server.session import Op
from tests.discord_server.village import ALICE, BOT, GENERAL
from tests.discord_server.visitor import RED_DOT, Visitor, visiting

# discord.py's types know only numbers here, though it takes this word.
ORIGINAL: Any = "@original"


def visits(server: Discord) -> list[Op]:
    """How the bot came in, from the first time on."""
    return [visit.op for visit in server.doors.visits]


@pytest.mark.parametrize(
    "how", [Drop.RESET, Drop.HANG_UP, Drop.RECONNECT, Drop.INVALID_RESUMABLE, 4000, 4008, 1000]
)
async def test_a_lost_connection_goes_on_and_nothing_is_missed(
    server: Discord, bot: Visitor, how: Drop | int
) -> None:
    server.drop(how)
    asked = await server.command(ALICE, GENERAL, "greet")

    message = await server.message(asked)
    await bot.resumed.wait()

    assert message.text == "Hello"
    assert visits(server) == [Op.IDENTIFY, Op.RESUME]


async def test_an_invalid_session_begins_anew(server: Discord, bot: Visitor) -> None:
    server.drop(Drop.INVALID)

    await server.ready(visits=2)

    assert visits(server) == [Op.IDENTIFY, Op.IDENTIFY]
    asked = await server.command(ALICE, GENERAL, "greet")
    assert (await server.message(asked)).text == "Hello"


@pytest.mark.parametrize("code", [4007, 4009])
async def test_a_session_that_is_over_is_asked_for_and_then_begun_anew(
    server: Discord, bot: Visitor, code: int
) -> None:
    server.drop(code)

    await server.ready(visits=3)

    assert visits(server) == [Op.IDENTIFY, Op.RESUME, Op.IDENTIFY]


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4012, 4013, 4014])
async def test_codes_that_nothing_helps_against_end_the_bot(server: Discord, code: int) -> None:
    async with visiting(server) as bot:
        server.drop(code)

        with pytest.raises((discord.ConnectionClosed, discord.PrivilegedIntentsRequired)):
            await asyncio.wait_for(asyncio.shield(bot.running), timeout=10)


async def test_silence_is_noticed_by_the_heart(server: Discord) -> None:
    server.doors.heartbeat_s = 0.1
    async with visiting(server, heartbeat_timeout=0.3):
        server.drop(Drop.SILENCE)

        await server.ready(visits=2)

    assert Op.RESUME in visits(server)


async def test_a_malformed_interaction_ends_the_bot(server: Discord) -> None:
    async with visiting(server) as bot:
        server.spoil(lambda payload: payload.pop("attachment_size_limit"))
        await server.command(ALICE, GENERAL, "greet")

        with pytest.raises(KeyError, match="attachment_size_limit"):
            await asyncio.wait_for(asyncio.shield(bot.running), timeout=10)


async def test_an_interaction_that_is_told_twice_is_acknowledged_once(
    server: Discord, bot: Visitor
) -> None:
    asked = await server.command(ALICE, GENERAL, "greet")
    await server.again(asked)

    await server.message(asked)
    await server.until(lambda: bool(server.record.refusals), "a refusal")

    assert [refusal.code for refusal in server.record.refusals] == [40060]


async def test_buttons_of_an_earlier_life_still_work(server: Discord) -> None:
    async with visiting(server):
        asked = await server.command(ALICE, GENERAL, "paint", prompt="a fox")
        message = await server.message(asked)

    async with visiting(server):
        await server.press(ALICE, message, "Update")
        await server.message(message, lambda m: m.text == "updated")

    assert message.buttons == []


async def test_a_new_life_fills_the_message_of_an_earlier_one(server: Discord) -> None:
    async with visiting(server) as first:
        first.gate.clear()
        asked = await server.command(ALICE, GENERAL, "paint", prompt="a fox")
        await asked.replied()

    async with visiting(server) as second:
        webhook = discord.Webhook.partial(BOT.id, asked.token, client=second)
        for _ in range(2):
            file = discord.File(BytesIO(RED_DOT), "dot.png")
            await webhook.edit_message(ORIGINAL, content="at last", attachments=[file])

    (message,) = server.messages(GENERAL)
    assert message.text == "at last"
    assert [file.name for file in message.shown] == ["dot.png"]


async def test_when_the_token_is_dead_a_message_with_a_nonce_comes_once(
    server: Discord, bot: Visitor
) -> None:
    bot.gate.clear()
    asked = await server.command(ALICE, GENERAL, "paint", prompt="a fox")
    await asked.replied()
    server.clock.move(16 * 60)
    webhook = discord.Webhook.partial(BOT.id, asked.token, client=bot)
    channel = bot.get_partial_messageable(GENERAL.id)

    with pytest.raises(discord.HTTPException) as caught:
        await webhook.edit_message(ORIGINAL, content="too late")
    for _ in range(2):
        await channel.send("at last", nonce="job-7")

    assert (caught.value.status, caught.value.code) == (401, 50027)
    assert [message.text for message in server.messages(GENERAL)] == ["", "at last"]
