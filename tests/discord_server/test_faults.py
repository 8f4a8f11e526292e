"""Requests that go wrong: as they were asked to, as often, and not otherwise."""

import asyncio

import discord
import pytest
from aiohttp import ClientConnectionError, ClientSession

from tests.discord_server.caller import Caller, code_of
from tests.discord_server.faults import (
    HANG,
    HANG_AFTER,
    RESET,
    RESET_AFTER,
    Fault,
    limited,
    status,
)
from tests.discord_server.interaction import Interaction
from tests.discord_server.limits import Limit
from tests.discord_server.nouns import Upload
from tests.discord_server.refused import missing_access
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, ELSEWHERE_ID, GENERAL
from tests.discord_server.visitor import RED_DOT, Visitor


@pytest.mark.parametrize("code", [500, 502, 503, 504])
@pytest.mark.parametrize("after", [False, True])
async def test_a_status_is_answered_before_or_after_it_happened(
    server: Discord, caller: Caller, asked: Interaction, code: int, after: bool
) -> None:
    await caller.reply(asked, 5)
    server.fail(Route.EDIT_ORIGINAL, status(code, after=after))

    first = await caller.of(asked, Route.EDIT_ORIGINAL, {"content": "here"})
    happened = server.messages(GENERAL)[0].text == "here"
    second = await caller.of(asked, Route.EDIT_ORIGINAL, {"content": "here"})

    assert (first[0], second[0]) == (code, 200)
    assert happened is after
    assert server.requests(Route.EDIT_ORIGINAL) == [code, 200]


@pytest.mark.parametrize(("fault", "happened"), [(RESET, 0), (RESET_AFTER, 1)])
async def test_a_connection_breaks_before_or_after_it_happened(
    server: Discord, caller: Caller, fault: Fault, happened: int
) -> None:
    server.fail(Route.SEND, fault)

    with pytest.raises((ClientConnectionError, ConnectionResetError)):
        await caller.ask(Route.SEND, {"content": "x"}, channel_id=GENERAL.id)

    assert len(server.messages(GENERAL)) == happened


@pytest.mark.parametrize(("fault", "happened"), [(HANG, 0), (HANG_AFTER, 1)])
async def test_an_answer_never_comes(
    server: Discord, caller: Caller, fault: Fault, happened: int
) -> None:
    server.fail(Route.SEND, fault)

    asking = asyncio.create_task(caller.ask(Route.SEND, {"content": "x"}, channel_id=GENERAL.id))
    await server.until(lambda: server.requests(Route.SEND) == [0], "the request")

    assert not asking.done()
    assert len(server.messages(GENERAL)) == happened
    asking.cancel()


@pytest.mark.parametrize("scope", ["user", "shared", "global"])
async def test_a_limit_says_which_it_is_and_for_how_long(
    server: Discord, caller: Caller, scope: str
) -> None:
    server.fail(Route.SEND, limited(scope, retry_after=1.5))

    said = await caller.ask(Route.SEND, {"content": "x"}, channel_id=GENERAL.id)

    assert said[0] == 429
    assert said[1]["retry_after"] == 1.5
    assert said[1]["global"] is (scope == "global")
    assert caller.headers["X-RateLimit-Scope"] == scope
    assert caller.headers["Via"]
    assert server.limits.invalid == (0 if scope == "shared" else 1)


async def test_discord_py_waits_and_sends_the_file_again(server: Discord, bot: Visitor) -> None:
    server.fail(Route.EDIT_ORIGINAL, limited(), times=2)

    asked = await server.command(ALICE, GENERAL, "paint", prompt="a fox")

    message = await server.message(asked)
    assert [file.content for file in message.shown] == [RED_DOT]
    assert server.requests(Route.EDIT_ORIGINAL) == [429, 429, 200]


async def test_discord_py_takes_a_limit_without_via_for_a_ban(
    server: Discord, bot: Visitor
) -> None:
    server.fail(Route.SEND, limited(via=False))
    channel = bot.get_channel(GENERAL.id)
    assert isinstance(channel, discord.TextChannel)

    with pytest.raises(discord.HTTPException) as caught:
        await channel.send("x")

    assert caught.value.status == 429
    assert server.requests(Route.SEND) == [429]


async def test_a_bucket_that_is_empty_refuses_until_it_is_full_again(
    server: Discord, caller: Caller
) -> None:
    server.limits.by_route[Route.SEND] = Limit(count=2, per=5)

    said = [await send(caller, "x") for _ in range(3)]
    left = caller.headers["X-RateLimit-Remaining"]
    server.clock.move(5)

    assert said == [200, 200, 429]
    assert left == "0"
    assert await send(caller, "x") == 200


async def send(caller: Caller, words: str) -> int:
    """To the general channel."""
    said = await caller.ask(Route.SEND, {"content": words}, channel_id=GENERAL.id)
    return said[0]


async def test_fifty_requests_a_second_are_enough_but_interactions_do_not_count(
    server: Discord, caller: Caller, asked: Interaction
) -> None:
    server.limits.whole = Limit(count=5, per=60)
    await caller.reply(asked, 4, {"content": "hello"})

    sent = [await send(caller, "x") for _ in range(7)]
    edited = await caller.of(asked, Route.EDIT_ORIGINAL, {"content": "x"})

    assert sent[-1] == 429
    assert caller.headers["X-RateLimit-Remaining"]
    assert edited[0] == 200


async def test_ten_thousand_invalid_requests_are_a_ban(server: Discord, caller: Caller) -> None:
    for _ in range(10_000):
        server.limits.refused(missing_access().status)

    banned = await send(caller, "x")
    says_it_is_discord = "Via" in caller.headers
    server.clock.move(601)

    assert banned == 429
    assert not says_it_is_discord
    assert await send(caller, "x") == 200


async def test_links_to_files_are_signed_and_grow_old(server: Discord, caller: Caller) -> None:
    dot = Upload(name="dot.png", content=RED_DOT)
    message = await server.say(ALICE, GENERAL, "look", dot)
    url = message.attachments[0].url

    async def fetch(link: str) -> int:
        async with ClientSession() as session, session.get(link) as answer:
            return answer.status

    fresh, forged = await fetch(url), await fetch(url.replace("hm=", "hm=0"))
    server.clock.move(24 * 3600 + 1)

    assert (fresh, forged, await fetch(url)) == (200, 404, 404)


async def test_files_can_fail_to_come(server: Discord, bot: Visitor) -> None:
    server.fail(Route.FILE, status(503))
    image = Upload(name="a.png", content=RED_DOT)

    await server.command(ALICE, GENERAL, "paint", prompt="x", image=image)

    await server.until(lambda: server.requests(Route.FILE) == [503], "the fault")
    assert server.faults.met == [(Route.FILE, status(503))]


async def test_who_looks_for_nothing_that_exists_is_told_so(
    server: Discord, caller: Caller
) -> None:
    assert code_of(await caller.ask(Route.USER, user_id=77)) == (404, 10013)
    assert code_of(await caller.ask(Route.MEMBER, guild_id=77, user_id=77)) == (404, 10004)
    elsewhere = await caller.ask(Route.MEMBER, guild_id=ELSEWHERE_ID, user_id=ALICE.id)
    assert code_of(elsewhere) == (403, 50001)
    assert (await caller.ask(Route.GATEWAY_BOT))[1]["session_start_limit"]["total"] == 1000
