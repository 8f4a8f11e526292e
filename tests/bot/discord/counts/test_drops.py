"""The gateway is lost again and again, and no command that Discord tells of again is lost."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from itertools import cycle, islice

import pytest

from bot.app import open_app, painting
from bot.discord.start import on_discord
from bot.painters import Painters
from bot.settings import Settings
from tests.bot.discord.conftest import HURRIED, at_leisure
from tests.bot.discord.counts.amount import counted
from tests.discord_server.drop import Drop
from tests.discord_server.interaction import Interaction
from tests.discord_server.nouns import User
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.session import Close
from tests.discord_server.village import GENERAL

Kind = Sequence[Drop | int]
LEFT_OPEN: dict[str, Kind] = {
    "reset": [Drop.RESET],
    "hung up": [Drop.HANG_UP],
    "in the middle of a message": [Drop.TORN],
    "no heartbeat": [Drop.SILENCE],
    "told to come again": [Drop.RECONNECT],
    "invalid and resumable": [Drop.INVALID_RESUMABLE],
    "closed": [Close.UNKNOWN_ERROR, Close.UNKNOWN_OPCODE, Close.DECODE_ERROR, Close.RATE_LIMITED],
}
"""After these the session goes on, and Discord tells again of what was not heard."""
ENDED: dict[str, Kind] = {
    "invalid": [Drop.INVALID],
    "while it comes in": [Drop.DOORSTEP],
    "closed for good": [
        Close.NOT_AUTHENTICATED,
        Close.INVALID_SEQUENCE,
        Close.SESSION_TIMED_OUT,
        Close.INVALID_SHARD,
        Close.INVALID_INTENTS,
        Close.DISALLOWED_INTENTS,
    ],
}
"""After these there is a new session, and nobody ever hears of what was asked in between."""


@pytest.fixture
async def logged_in(server: Discord, settings: Settings, painters: Painters) -> AsyncIterator[None]:
    """Easel, which notices soon that nothing is heard any more."""
    server.doors.heartbeat_s = 0.1
    alert = replace(HURRIED, silence_s=0.3)
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(open_app(settings, painters))
        await stack.enter_async_context(painting(app, settings, painters, for_all=True))
        await stack.enter_async_context(on_discord(app, settings, alert, left=at_leisure))
        await server.ready()
        yield


async def require_each_answered_once(server: Discord, asked: Sequence[Interaction]) -> None:
    for one in asked:
        await server.message(one, lambda message: bool(message.shown), patience=60)
    there = Counter(message.text.split("\n")[0] for message in server.messages(GENERAL))
    assert there == Counter(f"fox {number}" for number in range(len(asked)))
    assert server.requests(Route.CALLBACK) == [200] * len(asked)
    assert not server.record.refusals


@counted(100, usual=4)
@pytest.mark.parametrize("kind", LEFT_OPEN.values(), ids=LEFT_OPEN)
@pytest.mark.promise(13)
async def test_what_is_asked_while_the_connection_is_lost_is_answered_once(
    server: Discord, crowd: Sequence[User], logged_in: None, kind: Kind, count: int
) -> None:
    asked = []

    for number, how in enumerate(islice(cycle(kind), count)):
        visits = len(server.doors.visits)
        server.drop(how)
        user = crowd[number % len(crowd)]
        asked.append(await server.command(user, GENERAL, "imagine", prompt=f"fox {number}"))
        await server.ready(visits + 1)

    await require_each_answered_once(server, asked)


@counted(100, usual=6)
@pytest.mark.parametrize("kind", ENDED.values(), ids=ENDED)
@pytest.mark.promise(13)
async def test_after_the_end_of_a_session_it_is_there_again(
    server: Discord, crowd: Sequence[User], logged_in: None, kind: Kind, count: int
) -> None:
    asked = []

    for number, how in enumerate(islice(cycle(kind), count)):
        visits = len(server.doors.visits)
        server.drop(how)
        await server.ready(visits + 1)
        user = crowd[number % len(crowd)]
        asked.append(await server.command(user, GENERAL, "imagine", prompt=f"fox {number}"))
        # What is not heard before the next end is lost with its session.
        await asked[-1].replied()

    await require_each_answered_once(server, asked)
