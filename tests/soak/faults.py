"""Faults: what is done to the program and to everything around it, dealt from a seed."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from tests.discord_server.drop import Down, Drop
from tests.discord_server.faults import (
    HANG,
    HANG_AFTER,
    RESET,
    RESET_AFTER,
    Fault,
    limited,
    status,
)
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.session import Close
from tests.soak.database import Database
from tests.soak.easel import Easel
from tests.soak.excuses import Excuses, Trouble

COMES_BACK_S = 90.0
DROPS: Sequence[Drop | int] = (
    Drop.RESET,
    Drop.HANG_UP,
    Drop.TORN,
    Drop.SILENCE,
    Drop.RECONNECT,
    Drop.INVALID,
    Drop.INVALID_RESUMABLE,
    Drop.DOORSTEP,
    Close.UNKNOWN_ERROR,
    Close.SESSION_TIMED_OUT,
)
REST: Sequence[Fault] = (
    status(500),
    status(502),
    status(503),
    status(503, after=True),
    status(504),
    RESET,
    RESET_AFTER,
    HANG,
    HANG_AFTER,
    limited(),
    limited("shared"),
    limited("global"),
)
ROUTES = (
    *(Route.CALLBACK, Route.EDIT_ORIGINAL, Route.EDIT_ORIGINAL, Route.ORIGINAL),
    *(Route.FOLLOW_UP, Route.FILE, Route.SEND),
)
REST_LASTS_S = 20.0
"""So long somebody may feel that a request of the bot's was lost: it tries again."""


@dataclass(slots=True, kw_only=True)
class World:
    """What faults befall, and how often which did."""

    easel: Easel
    server: Discord
    database: Database
    excuses: Excuses
    chance: random.Random
    befallen: Counter[str] = field(default_factory=Counter)


Befall = Callable[[World], Awaitable[None]]


async def drop(world: World) -> None:
    """The gateway is lost, and the bot comes in again."""
    how = world.chance.choice(DROPS)
    with world.excuses.during(Trouble.DISCORD):
        visits = len(world.server.doors.visits)
        world.server.drop(how)
        with suppress(TimeoutError):
            await world.server.ready(visits + 1, COMES_BACK_S)


async def rest(world: World) -> None:
    """Some of the next requests go wrong."""
    route, fault = world.chance.choice(ROUTES), world.chance.choice(REST)
    world.server.fail(route, fault, world.chance.randint(1, 3))
    now = time.time()
    world.excuses.note(Trouble.DISCORD, now, now + REST_LASTS_S)


async def lock(world: World) -> None:
    """Nobody can write into the database for 1 to 10 s."""
    with world.excuses.during(Trouble.DATABASE):
        async with world.database.locked():
            await asyncio.sleep(world.chance.uniform(1, 10))


async def pause(world: World) -> None:
    """The program stands still, as on a machine that swaps."""
    async with world.easel.changing():
        await world.easel.freeze(world.chance.uniform(0.5, 4))


async def long_pause(world: World) -> None:
    """For longer than Discord and half of the clients wait."""
    async with world.easel.changing():
        await world.easel.freeze(world.chance.uniform(5, 15))


async def kill(world: World) -> None:
    async with world.easel.changing():
        await world.easel.kill()
        await asyncio.sleep(world.chance.uniform(0, 2))
        await world.easel.start()


async def stop(world: World) -> None:
    async with world.easel.changing():
        await world.easel.stop()
        await world.easel.start()


async def hurry(world: World) -> None:
    """Told to stop twice."""
    async with world.easel.changing():
        await world.easel.stop(hurry=True)
        await world.easel.start()


async def shut(world: World) -> None:
    """The gateway lets nobody in for some seconds."""
    down = world.chance.choice((Down.REFUSING, Down.RESETTING, Down.BAD_GATEWAY))
    with world.excuses.during(Trouble.DISCORD):
        visits = len(world.server.doors.visits)
        await world.server.gateway_down(down)
        try:
            world.server.drop(Drop.RESET)
            await asyncio.sleep(world.chance.uniform(1, 8))
        finally:
            await world.server.gateway_up()
        with suppress(TimeoutError):
            await world.server.ready(visits + 1, COMES_BACK_S)


async def crash(world: World) -> None:
    """The server of the database is killed."""
    with world.excuses.during(Trouble.DATABASE):
        await world.database.crash(world.chance.uniform(0, 3))


AROUND: Mapping[str, Befall] = {
    "gateway lost": drop,
    "request spoilt": rest,
    "requests spoilt": rest,
    "gateway shut": shut,
}
"""Discord is not as it should be, all the time."""
STEADY: Mapping[str, Befall] = {"database locked": lock, "program halted": pause}
"""The program lives through them."""
ROUGH: Mapping[str, Befall] = {
    "kill -9": kill,
    "SIGTERM": stop,
    "SIGTERM twice": hurry,
    "program halted for long": long_pause,
}
"""These end it, or nearly."""
OF_A_SERVER: Mapping[str, Befall] = {"database killed": crash}


def dealt(kinds: Sequence[str], chance: random.Random) -> Iterator[str]:
    """Each as often as the others, in an order that nobody can foresee: as cards are dealt."""
    while True:
        deck = list(kinds)
        chance.shuffle(deck)
        yield from deck


async def befall(
    world: World,
    kinds: Mapping[str, Befall],
    *,
    gap_s: float,
    once: asyncio.Event,
    over: asyncio.Event,
) -> None:
    """One after the other until it is over; what has begun is ended.

    It was `once` when each kind had its turn.
    """
    for number, name in enumerate(dealt(tuple(kinds), world.chance)):
        if number == len(kinds):
            once.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), world.chance.uniform(0.3, 1.7) * gap_s)
        if over.is_set():
            return
        world.befallen[name] += 1
        await kinds[name](world)
