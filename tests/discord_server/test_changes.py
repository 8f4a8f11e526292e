"""Discord changes while the bot is there, and is swept now and then."""

from dataclasses import replace

import discord
import pytest
from aiohttp import ClientSession

from tests.discord_server.caller import Caller, code_of
from tests.discord_server.line import line_to
from tests.discord_server.nouns import MEBIBYTE, Member, Upload
from tests.discord_server.options import NotOffered
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, BOT, ELSEWHERE, GENERAL, PICTURES, PLAZA
from tests.discord_server.visitor import Visitor


async def test_the_bot_is_asked_into_a_server(server: Discord, bot: Visitor) -> None:
    members = (*ELSEWHERE.members, Member(user=BOT))
    server.put_guild(replace(ELSEWHERE, has_app=True, members=members))

    asked = await server.command(ALICE, PLAZA, "greet")

    assert (await server.message(asked)).text == "Hello"
    assert {guild.name for guild in bot.guilds} == {"Picture Lovers", "Elsewhere"}


async def test_the_bot_is_thrown_out_of_a_server(server: Discord, bot: Visitor) -> None:
    server.put_guild(replace(PICTURES, has_app=False))
    channel = bot.get_partial_messageable(GENERAL.id)

    with pytest.raises(discord.Forbidden) as caught:
        await channel.send("x")

    assert caught.value.code == 50001
    with pytest.raises(NotOffered):
        await server.command(ALICE, GENERAL, "greet")


async def test_those_who_are_connected_hear_of_it(server: Discord) -> None:
    async with line_to(server) as line:
        await line.identify()
        await line.hear_event("GUILD_CREATE")
        server.put_guild(replace(PICTURES, name="Painters"))
        server.put_guild(replace(PICTURES, has_app=False))

        assert (await line.hear())["t"] == "GUILD_UPDATE"
        assert (await line.hear())["t"] == "GUILD_DELETE"


async def test_a_channel_gets_another_name(server: Discord, bot: Visitor) -> None:
    server.put_channel(replace(GENERAL, name="lobby"))
    asked = await server.command(ALICE, GENERAL, "greet")
    await server.message(asked)

    channel = bot.get_channel(GENERAL.id)

    assert isinstance(channel, discord.TextChannel)
    assert channel.name == "lobby"


async def test_who_pays_may_send_larger_files(server: Discord, caller: Caller) -> None:
    server.put_user(replace(ALICE, upload_limit=50 * MEBIBYTE))
    asked = await server.command(ALICE, GENERAL, "hello")
    await caller.reply(asked, 5)
    large = Upload(name="large.png", content=bytes(11 * MEBIBYTE))

    said = await caller.of(asked, Route.EDIT_ORIGINAL, {}, files=[large])

    assert said[0] == 200
    assert asked.upload_limit == 50 * MEBIBYTE


async def test_what_is_old_is_forgotten_and_what_is_new_is_not(
    server: Discord, caller: Caller
) -> None:
    old = await server.command(ALICE, GENERAL, "hello")
    await caller.reply(old, 4, {"content": "old"})
    file = await server.say(ALICE, GENERAL, "old too", Upload(name="a.png", content=b"a"))
    server.clock.move(16 * 60)
    new = await server.command(ALICE, GENERAL, "hello")
    await caller.reply(new, 4, {"content": "new"})

    server.forget()

    async with ClientSession() as session, session.get(file.attachments[0].url) as answer:
        assert answer.status == 404
    assert server.interactions == [new]
    assert [message.text for message in server.messages(GENERAL)] == ["new"]
    assert (await caller.of(new, Route.ORIGINAL))[0] == 200
    assert code_of(await caller.of(old, Route.ORIGINAL)) == (401, 50027)


async def test_without_discords_description_the_rest_still_holds() -> None:
    async with Discord(described=False) as server, ClientSession() as session:
        caller = Caller(server, session)
        long = await caller.ask(
            Route.SEND, {"content": "x", "nonce": "x" * 26}, channel_id=GENERAL.id
        )
        wrong = await caller.ask(Route.SEND, {"content": 7}, channel_id=GENERAL.id)
        right = await caller.ask(Route.SEND, {"content": "x"}, channel_id=GENERAL.id)

    assert [code_of(long), code_of(wrong)] == [(400, 50035)] * 2
    assert right[0] == 200
