"""The gateway by hand: how it lets in, goes on, and closes."""

import pytest

from tests.discord_server.line import line_to, logged_in
from tests.discord_server.refused import Json
from tests.discord_server.server import Discord
from tests.discord_server.session import Close, Op
from tests.discord_server.village import PICTURES_ID


@pytest.mark.parametrize("packing", [None, "zlib-stream", "zstd-stream"])
async def test_whoever_logs_in_hears_of_the_servers(server: Discord, packing: str | None) -> None:
    async with line_to(server, packing) as line:
        await line.say(Op.HEARTBEAT)
        heart = await line.hear()
        await line.identify()

        ready = await line.hear_event("READY")
        guild = await line.hear_event("GUILD_CREATE")

    assert heart["op"] == Op.HEARTBEAT_ACK
    assert [known["id"] for known in ready["guilds"]] == [str(PICTURES_ID)]
    assert (guild["name"], guild["unavailable"]) == ("Picture Lovers", False)
    assert len(server.doors.visits) == 1


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"token": "guessed"}, Close.AUTHENTICATION_FAILED),
        ({"intents": 1 << 30}, Close.INVALID_INTENTS),
        ({"intents": "1"}, Close.INVALID_INTENTS),
        ({"intents": 1 << 15}, Close.DISALLOWED_INTENTS),
        ({"shard": [3, 2]}, Close.INVALID_SHARD),
    ],
)
async def test_a_wrong_login_is_closed_with_its_code(
    server: Discord, said: Json, code: int
) -> None:
    async with line_to(server) as line:
        await line.identify(**said)

        assert await line.hear() == {"closed": code}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("no json", Close.DECODE_ERROR),
        ("[]", Close.DECODE_ERROR),
        ('{"op": 1, "d": "' + "x" * 4096 + '"}', Close.DECODE_ERROR),
        ('{"op": 2, "d": 7}', Close.AUTHENTICATION_FAILED),
        ('{"op": 77, "d": null}', Close.UNKNOWN_OPCODE),
        ('{"op": 3, "d": {}}', Close.NOT_AUTHENTICATED),
    ],
)
async def test_what_cannot_be_understood_is_closed_with_its_code(
    server: Discord, text: str, code: int
) -> None:
    async with line_to(server) as line:
        await line.say_text(text)

        assert await line.hear() == {"closed": code}


async def test_another_version_is_closed_with_its_code(server: Discord) -> None:
    async with line_to(server, version="6") as line:
        assert await line.hear() == {"closed": Close.INVALID_API_VERSION}


async def test_nobody_logs_in_twice(server: Discord) -> None:
    async with logged_in(server) as line:
        await line.identify()

        assert await line.hear() == {"closed": Close.ALREADY_AUTHENTICATED}


async def test_more_than_120_messages_a_minute_are_too_many(server: Discord) -> None:
    async with logged_in(server) as line:
        for _ in range(120):
            await line.say(Op.PRESENCE, {})

        assert await line.hear() == {"closed": Close.RATE_LIMITED}


async def test_what_was_missed_is_said_again(server: Discord) -> None:
    async with logged_in(server) as first:
        session, number = first.session, first.number
        await first.close(4000)
    server.dispatch("ONE", {})
    server.dispatch("TWO", {})

    async with line_to(server) as line:
        await line.resume(session_id=session, seq=number)
        heard = [await line.hear() for _ in range(3)]

    assert [told["t"] for told in heard] == ["ONE", "TWO", "RESUMED"]
    assert [told["s"] for told in heard] == [number + 1, number + 2, number + 3]
    assert heard[-1]["d"] == {}


async def test_what_was_heard_is_not_said_again(server: Discord) -> None:
    async with logged_in(server) as first:
        server.dispatch("ONE", {})
        await first.hear_event("ONE")
        session, number = first.session, first.number
        await first.close(4000)

    async with line_to(server) as line:
        await line.resume(session_id=session, seq=number)

        assert (await line.hear())["t"] == "RESUMED"


@pytest.mark.parametrize("code", [1000, 1001])
async def test_who_says_goodbye_cannot_go_on(server: Discord, code: int) -> None:
    async with logged_in(server) as first:
        session = first.session
        await first.close(code)

    async with line_to(server) as line:
        await line.resume(session_id=session, seq=1)

        told = await line.hear()
        assert (told["op"], told["d"]) == (Op.INVALID_SESSION, False)


async def test_who_was_away_for_long_cannot_go_on(server: Discord) -> None:
    async with logged_in(server) as first:
        session = first.session
        await first.close(4000)
    server.clock.move(121)
    server.dispatch("ONE", {})

    async with line_to(server) as line:
        await line.resume(session_id=session, seq=1)

        assert (await line.hear())["op"] == Op.INVALID_SESSION


async def test_a_number_from_the_future_is_closed_with_its_code(server: Discord) -> None:
    async with logged_in(server) as first:
        session = first.session
        await first.close(4000)

    async with line_to(server) as line:
        await line.resume(session_id=session, seq=99)

        assert await line.hear() == {"closed": Close.INVALID_SEQUENCE}
