"""The database is locked, full, killed and away: nothing is lost, and everybody is answered."""

import asyncio
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from tests.bot.discord.counts.amount import counted
from tests.discord_server.interaction import ANSWER_WITHIN_S, Interaction
from tests.discord_server.message import Message
from tests.reliability.plan import Plan
from tests.reliability.rig import Rig
from tests.storage.server import OwnPostgres

LOCKED_S = 10.0
TOO_LONG_S = 16.0
"""Longer than whoever stores a picture stands in line and then waits for a lock."""
LITTLE_ROOM = 64 * 2**10
"""Bytes that each file of the program may have: less than the database's have already."""
MANY = 40
TRY_LATER = ("Try again", "try again", "Look after the disk", "cannot save")


async def told(rig: Rig, one: Interaction) -> Message:
    """How it ended, once it has."""
    return await rig.server.message(
        one, lambda message: bool(message.shown) or is_refused(message), patience=120
    )


def is_refused(message: Message) -> bool:
    return any(words in message.text for words in TRY_LATER)


def late(asked: list[Interaction]) -> list[float | None]:
    return [one.took for one in asked if one.took is None or one.took > ANSWER_WITHIN_S]


def times_begun(rig: Rig, prompt: str) -> int:
    return [one.prompt for one in rig.beginnings].count(prompt)


@contextmanager
def little_room(process: int) -> Iterator[None]:
    """No file of it may grow, as on a disk that is full."""
    before = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (LITTLE_ROOM, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, before)


async def lock_while_it_paints(
    rig: Rig, seconds: float, *, others: int = 0, mutant: str = ""
) -> list[Interaction]:
    """One job is painted when the lock comes; others are asked for while it is there."""
    async with rig.program(Plan(long=1.0, mutant=mutant)):
        asked = [await rig.ask("long")]
        await rig.begun(1)
        with closing(sqlite3.connect(rig.settings.database_file, isolation_level=None)) as held:
            held.execute("BEGIN IMMEDIATE")
            asked += [await rig.ask() for _ in range(others)]
            await asyncio.sleep(seconds)
            held.execute("ROLLBACK")
        for one in asked:
            await told(rig, one)
        asked.append(await rig.ask())
        await told(rig, asked[-1])
        await rig.until(lambda state: state.at_rest)
    return asked


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.promise(25, count=1)
async def test_a_lock_of_ten_seconds_loses_nothing(rig: Rig) -> None:
    asked = await lock_while_it_paints(rig, LOCKED_S, others=3)

    painted, *_, after = [await told(rig, one) for one in asked]
    assert painted.shown
    assert after.shown
    assert times_begun(rig, "long 0") == 1
    assert late(asked) == []
    assert await rig.complaints() == []


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.mutant(25)
async def test_a_program_that_tries_to_store_once_is_found_out(rig: Rig) -> None:
    painted, *_ = await lock_while_it_paints(rig, TOO_LONG_S, mutant="stores once")

    assert times_begun(rig, "long 0") > 1 or not (await told(rig, painted)).shown


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.promise(25, count=1)
async def test_a_disk_without_room_loses_nothing(rig: Rig) -> None:
    async with rig.program(Plan(seconds=0.5)) as easel:
        asked = [await rig.ask()]
        await told(rig, asked[0])
        with little_room(easel.pid):
            for _ in range(MANY):
                asked.append(await rig.ask())
                await asked[-1].replied()
            await rig.server.until(
                lambda: any(map(is_refused, rig.server.all_messages())), "a refusal", 60
            )
        asked.append(await rig.ask())
        ends = [await told(rig, one) for one in asked]
        await rig.until(lambda state: state.at_rest)

    assert ends[-1].shown
    assert late(asked) == []
    assert await rig.complaints() == []


@counted(10)
@pytest.mark.promise(25)
@pytest.mark.parametrize(
    "end",
    [
        pytest.param(OwnPostgres.kill, id="kill"),
        pytest.param(OwnPostgres.stop, id="stop", marks=pytest.mark.slow),
    ],
)
async def test_a_server_that_ends_and_comes_again_loses_nothing(
    rig: Rig,
    own_server: OwnPostgres,
    own_url: str,
    end: Callable[[OwnPostgres], None],
    count: int,
) -> None:
    rig = rig.on(own_url)
    async with rig.program(Plan(seconds=0.3)):
        for _ in range(count):
            asked = [await rig.ask() for _ in range(2)]
            await rig.begun(1)
            await asyncio.to_thread(end, own_server)
            asked += [await rig.ask() for _ in range(2)]
            for one in asked:
                await one.replied()
            await asyncio.to_thread(own_server.start)
            for one in asked:
                await told(rig, one)
        await told(rig, await rig.ask())
        await rig.until(lambda state: state.at_rest)

    assert late(list(rig.asked.values())) == []
    assert await rig.complaints() == []


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.promise(25, count=1)
async def test_a_server_that_is_away_for_ten_seconds_loses_nothing(
    rig: Rig, own_server: OwnPostgres, own_url: str
) -> None:
    rig = rig.on(own_url)
    async with rig.program(Plan(long=1.0)):
        painted = await rig.ask("long")
        await rig.begun(1)
        await asyncio.to_thread(own_server.kill)
        refused = await rig.ask()
        assert is_refused(await told(rig, refused))
        await asyncio.sleep(LOCKED_S / 2)
        await asyncio.to_thread(own_server.start)

        assert (await told(rig, painted)).shown
        await rig.until(lambda state: state.at_rest)

    assert late([painted, refused]) == []
    assert await rig.complaints() == []
