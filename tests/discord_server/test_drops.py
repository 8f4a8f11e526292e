"""Everything by which the gateway can go wrong, by hand."""

from typing import Any

import pytest
from aiohttp import ClientConnectionError, ClientSession, WSServerHandshakeError

from tests.discord_server.caller import Caller
from tests.discord_server.drop import Down, Drop
from tests.discord_server.interaction import Interaction
from tests.discord_server.line import line_to, logged_in
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.session import Close, Op
from tests.discord_server.village import ALICE, GENERAL, PLAZA


@pytest.mark.parametrize("code", [code.value for code in Close])
async def test_every_close_code_can_be_asked_for(server: Discord, code: int) -> None:
    async with logged_in(server) as line:
        server.drop(code)

        assert await line.hear() == {"closed": code}
    resumable = bool(server.doors.sessions)
    assert resumable is (code in (4000, 4001, 4002, 4005, 4008))


@pytest.mark.parametrize(
    ("how", "op", "told"),
    [
        (Drop.RECONNECT, Op.RECONNECT, None),
        (Drop.INVALID, Op.INVALID_SESSION, False),
        (Drop.INVALID_RESUMABLE, Op.INVALID_SESSION, True),
    ],
)
async def test_the_bot_can_be_told_to_come_again(
    server: Discord, how: Drop, op: int, told: Any
) -> None:
    async with logged_in(server) as line:
        server.drop(how)

        heard = await line.hear()
    assert (heard["op"], heard["d"]) == (op, told)


@pytest.mark.parametrize("how", [Drop.RESET, Drop.HANG_UP, Drop.TORN])
async def test_a_connection_can_break(server: Discord, how: Drop) -> None:
    async with logged_in(server) as line:
        server.drop(how)

        assert (await line.hear())["closed"] in (None, 1006, 1000)
    assert server.doors.sessions


async def test_a_connection_can_break_while_it_says_ready(server: Discord) -> None:
    async with logged_in(server) as first:
        server.drop(Drop.DOORSTEP)
        await first.hear()

    async with line_to(server) as second:
        await second.identify()
        broken = await second.hear()
    async with logged_in(server):
        inside = len(server.doors.sessions)

    assert "closed" in broken
    assert inside == 1


async def test_a_silent_connection_says_nothing_but_stays(server: Discord) -> None:
    async with logged_in(server) as line:
        server.drop(Drop.SILENCE)
        await line.say(Op.HEARTBEAT)
        await server.until(lambda: server.doors.heartbeats == 1, "the heartbeat")
        server.dispatch("ONE", {})
        session, number = line.session, line.number

        async with line_to(server) as other:
            await other.resume(session_id=session, seq=number)
            assert (await other.hear())["t"] == "ONE"
        assert "closed" in await line.hear()


async def test_heartbeats_can_stay_unanswered(server: Discord) -> None:
    async with logged_in(server) as line:
        server.doors.acknowledges = False
        await line.say(Op.HEARTBEAT)
        await server.until(lambda: server.doors.heartbeats == 1, "the heartbeat")
        server.dispatch("ONE", {})

        assert (await line.hear())["t"] == "ONE"


async def test_heartbeats_are_answered_as_late_as_the_way_is_long(server: Discord) -> None:
    async with logged_in(server) as line:
        server.doors.round_trip_s = 3600.0
        await line.say(Op.HEARTBEAT)
        await server.until(lambda: server.doors.heartbeats == 1, "the heartbeat")
        server.dispatch("ONE", {})
        before = await line.hear()

        server.doors.round_trip_s = 0.0
        await line.say(Op.HEARTBEAT)
        after = await line.hear()

    assert (before["t"], after["op"]) == ("ONE", Op.HEARTBEAT_ACK)


@pytest.mark.parametrize("how", list(Down))
async def test_the_gateway_can_be_down_and_come_back(server: Discord, how: Down) -> None:
    await server.gateway_down(how)

    async with ClientSession() as session:
        with pytest.raises((ClientConnectionError, WSServerHandshakeError, AssertionError)):
            async with session.ws_connect(f"{server.gateway}?v=10") as socket:
                # Closed before a word was said.
                assert isinstance((await socket.receive()).data, str)

    await server.gateway_up()
    async with logged_in(server) as line:
        assert line.session


async def test_beginning_anew_too_often_costs_the_token(server: Discord) -> None:
    server.doors.identify_budget = 2
    before = server.token

    for _ in range(2):
        async with logged_in(server):
            pass
    async with line_to(server) as line:
        await line.identify()
        closed = await line.hear()

    assert closed == {"closed": Close.AUTHENTICATION_FAILED}
    assert server.token != before
    assert server.doors.identified_today == 3
    server.clock.move(86_401)
    assert server.doors.identified_today == 0


async def test_beginning_anew_too_soon_is_no_session(server: Discord) -> None:
    server.doors.identify_interval_s = 5.0
    async with logged_in(server):
        pass

    async with line_to(server) as line:
        await line.identify()
        told = await line.hear()
        server.clock.move(5)
        await line.identify()

        assert (told["op"], told["d"]) == (Op.INVALID_SESSION, False)
        assert await line.hear_event("READY")


async def test_a_malformed_event_is_told_as_it_is(server: Discord) -> None:
    async with logged_in(server) as line:
        server.dispatch("INTERACTION_CREATE", {"id": None})
        server.doors.send_text("no json")

        assert await line.hear_event("INTERACTION_CREATE") == {"id": None}
        with pytest.raises(ValueError, match="Expecting value"):
            await line.hear()


async def test_messages_are_told_to_those_who_asked_to_hear_of_them(server: Discord) -> None:
    async with logged_in(server) as deaf, logged_in(server, intents=1 | 1 << 9) as line:
        await server.say(ALICE, PLAZA, "where the bot is not")
        await server.say(ALICE, GENERAL, "hello")
        server.dispatch("ONE", {})

        assert (await line.hear_event("MESSAGE_CREATE"))["content"] == "hello"
        assert (await deaf.hear())["t"] == "ONE"


async def test_what_one_person_sees_is_not_told(
    server: Discord, caller: Caller, asked: Interaction
) -> None:
    async with logged_in(server, intents=1 | 1 << 9) as line:
        await caller.reply(asked, 4, {"content": "for you", "flags": 64})
        await caller.of(asked, Route.FOLLOW_UP, {"content": "for all"})

        assert (await line.hear_event("MESSAGE_CREATE"))["content"] == "for all"
