"""Whatever goes wrong with a request, however a job's end is told, it is told once."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.app import App, open_app, painting
from bot.discord.start import on_discord
from bot.painters import Painters
from bot.settings import Settings
from tests.bot.discord.conftest import HURRIED, at_leisure
from tests.bot.discord.counts.amount import counted
from tests.discord_server.faults import (
    HANG,
    HANG_AFTER,
    RESET,
    RESET_AFTER,
    Fault,
    limited,
    status,
)
from tests.discord_server.interaction import TOKEN_LIFE_S, Interaction
from tests.discord_server.nouns import User
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.village import GENERAL
from tests.storage.crash.checks import state_of

FAULTS: dict[str, Fault] = {
    "429": limited(),
    "429 for all": limited("global"),
    "500": status(500),
    "502": status(502),
    "503": status(503),
    "503 though done": status(503, after=True),
    "504": status(504),
    "504 though done": status(504, after=True),
    "reset": RESET,
    "reset though done": RESET_AFTER,
    "no answer": HANG,
    "no answer though done": HANG_AFTER,
}
IMPATIENT = replace(HURRIED, patience_s=0.5)
ALERT = replace(HURRIED, answer_s=0.2)


@asynccontextmanager
async def easel(settings: Settings, painters: Painters) -> AsyncIterator[App]:
    """The whole program but for Discord."""
    async with open_app(settings, painters) as app, painting(app, settings, painters, for_all=True):
        yield app


async def painted_and_untold(
    server: Discord,
    crowd: Sequence[User],
    settings: Settings,
    painters: Painters,
    count: int,
    *,
    private: bool = False,
) -> list[Interaction]:
    """Jobs that one program was asked for and another painted, away from Discord."""
    async with (
        open_app(settings, painters) as app,
        on_discord(app, settings, HURRIED, left=at_leisure),
    ):
        await server.ready()
        asked = [
            await server.command(
                crowd[number % len(crowd)],
                GENERAL,
                "imagine",
                prompt=f"fox {number}",
                private=private,
            )
            for number in range(count)
        ]
        for one in asked:
            await one.replied()
    async with easel(settings, painters):
        while (await state_of(settings.database)).unfinished:  # noqa: ASYNC110  # it has no event
            await asyncio.sleep(0.05)
    return asked


async def tell_through(
    server: Discord, settings: Settings, painters: Painters, route: Route, each: int
) -> None:
    """Deliver everything while each fault befalls so many of the requests to the route.

    Between them half as many requests go well.
    """
    faults = [fault for fault in FAULTS.values() for _ in range(each)]
    to_come = [*faults, *[None] * (len(faults) // 2)]
    random.Random(7).shuffle(to_come)
    for fault in to_come:
        server.fail(route, fault)
    async with (
        easel(settings, painters) as app,
        on_discord(app, settings, IMPATIENT, left=at_leisure),
    ):
        while (await state_of(settings.database)).undelivered:  # noqa: ASYNC110  # nor has this
            await asyncio.sleep(0.05)
    assert Counter(fault for _, fault in server.faults.met) == Counter(faults)


def finals(server: Discord) -> Counter[str]:
    """How many messages show a picture of each prompt."""
    shown = [message for message in server.all_messages() if message.shown and not message.deleted]
    return Counter(line for one in shown for line in one.text.split("\n") if "fox" in line)


@counted(20, usual=1)
@pytest.mark.promise(14)
async def test_the_answer_is_filled_once(
    server: Discord, crowd: Sequence[User], settings: Settings, painters: Painters, count: int
) -> None:
    jobs = count * len(FAULTS)
    asked = await painted_and_untold(server, crowd, settings, painters, jobs)

    await tell_through(server, settings, painters, Route.EDIT_ORIGINAL, count)

    assert finals(server) == Counter(f"fox {number}" for number in range(jobs))
    assert all(one.original and one.original.shown for one in asked)


@counted(20, usual=1)
@pytest.mark.promise(14)
async def test_the_channel_hears_of_it_once(
    server: Discord, crowd: Sequence[User], settings: Settings, painters: Painters, count: int
) -> None:
    jobs = count * len(FAULTS)
    await painted_and_untold(server, crowd, settings, painters, jobs)
    server.clock.move(TOKEN_LIFE_S)

    await tell_through(server, settings, painters, Route.SEND, count)

    assert finals(server) == Counter(f"fox {number}" for number in range(jobs))


@counted(20, usual=1)
@pytest.mark.parametrize("route", [Route.OPEN_DIRECT, Route.SEND], ids=["opening", "sending"])
@pytest.mark.promise(14)
async def test_a_direct_message_is_sent_once(
    server: Discord,
    crowd: Sequence[User],
    settings: Settings,
    painters: Painters,
    route: Route,
    count: int,
) -> None:
    jobs = count * len(FAULTS)
    await painted_and_untold(server, crowd, settings, painters, jobs, private=True)
    server.clock.move(TOKEN_LIFE_S)

    await tell_through(server, settings, painters, route, count)

    assert finals(server) == Counter(f"fox {number}" for number in range(jobs))


async def test_a_limit_that_lasts_longer_than_patience_does_not_silence_it_for_ever(
    server: Discord, crowd: Sequence[User], settings: Settings, painters: Painters
) -> None:
    await painted_and_untold(server, crowd, settings, painters, 2)
    server.fail(Route.EDIT_ORIGINAL, limited("global", retry_after=60))

    async with (
        easel(settings, painters) as app,
        on_discord(app, settings, IMPATIENT, left=at_leisure),
    ):
        await server.until(lambda: finals(server).total() == 2, "both pictures")

    assert server.requests(Route.EDIT_ORIGINAL).count(429) == 1


async def test_an_acknowledgement_of_which_nothing_is_heard_again_was_one(
    server: Discord, crowd: Sequence[User], settings: Settings, painters: Painters
) -> None:
    async with easel(settings, painters) as app, on_discord(app, settings, ALERT, left=at_leisure):
        await server.ready()
        server.fail(Route.CALLBACK, HANG_AFTER)
        asked = await server.command(crowd[0], GENERAL, "imagine", prompt="a fox")

        message = await server.message(asked, lambda message: bool(message.shown))

    assert server.messages(GENERAL) == [message]
