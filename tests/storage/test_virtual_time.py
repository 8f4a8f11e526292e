"""Place, order and virtual time are after a restart what they were before, kill -9 included."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.allowance import UNLIMITED
from engine.ports import Ledger
from storage.database import connect
from storage.ledger import SqlLedger
from storage.memory import MemoryLedger
from storage.pictures import PictureFiles
from tests.storage.virtual_time import LEASE, Run, new_run

OWNERS, NEWCOMER = "abc", "d"
Act = Callable[[Run, int], Awaitable[None]]
OpenLedger = Callable[[], AbstractAsyncContextManager[Ledger]]


@st.composite
def acts(draw: st.DrawFn) -> Act:
    """One thing that happens to a line, with everything about it chosen already."""
    owner = draw(st.sampled_from(OWNERS))
    which = draw(st.integers(0, 9))
    cents = draw(st.integers(0, 400))
    tiles = draw(st.sampled_from((1, 1, 2, 3)))
    weight = draw(st.sampled_from((0.5, 1.0, 3.0)))
    tier = draw(st.sampled_from((0, 0, 1)))
    match draw(st.sampled_from(("put", "put", "put", "take", "take", "done", "cancel", "weigh"))):
        case "put":
            return lambda run, number: run.put(f"job{number}", owner, cents / 100, tiles)
        case "take":
            return lambda run, number: run.take()
        case "done":
            return lambda run, number: run.done(which, cents / 100)
        case "cancel":
            return lambda run, number: run.cancel(which)
        case _:
            return lambda run, number: run.reweigh(owner, weight, tier)


histories = st.lists(st.tuples(acts(), st.sampled_from((1.0, 1.0, 20.0))), max_size=40)


async def lived(ledger: Ledger, history: list[tuple[Act, float]]) -> Run:
    """A run to which all that happened, and in which nothing is painted any more."""
    run = new_run(ledger, OWNERS + NEWCOMER)
    await run.resume()
    for number, (act, pause) in enumerate(history):
        run.seconds += pause
        await act(run, number)
    await run.come_to_rest()
    return run


async def restart_changes_nothing(ledger: Ledger, history: list[tuple[Act, float]]) -> None:
    live = await lived(ledger, history)

    restored = await live.again()

    for later in (0.0, 25.0, 100.0):
        assert restored.order(live.seconds + later) == live.order(live.seconds + later)
    for run in (live, restored):
        run.seconds += 5
        run.join("new", "a", 1.0)
        run.join("newcomer", NEWCOMER, 1.5)
    assert restored.all_taken() == live.all_taken()


async def what_was_painted_comes_back(
    ledger: Ledger, history: list[tuple[Act, float]], takes: int
) -> None:
    live = await lived(ledger, history)
    before = live.order(live.seconds)

    for _ in range(takes):
        await live.take()
    restored = await live.again(after=LEASE * 2)

    assert restored.order(live.seconds) == before


@pytest.fixture(scope="module")
def open_sqlite(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> OpenLedger:
    folder, numbers = tmp_path_factory.mktemp("lines"), count()

    @asynccontextmanager
    async def opened() -> AsyncIterator[Ledger]:
        database = folder / f"{next(numbers)}.db"
        shutil.copy(migrated, database)
        async with connect(f"sqlite:///{database}") as engine:
            yield SqlLedger(engine, PictureFiles(folder / "pictures"))

    return opened


@given(history=histories)
@settings(deadline=None, max_examples=150)
def test_a_restart_changes_nobodys_place(history: list[tuple[Act, float]]) -> None:
    asyncio.run(restart_changes_nothing(MemoryLedger(), history))


@given(history=histories, takes=st.integers(1, 8))
@settings(deadline=None, max_examples=100)
def test_what_was_being_painted_comes_back_into_its_old_place(
    history: list[tuple[Act, float]], takes: int
) -> None:
    asyncio.run(what_was_painted_comes_back(MemoryLedger(), history, takes))


@given(history=histories, takes=st.integers(1, 8))
@settings(deadline=None, max_examples=8)
def test_the_same_holds_in_a_database(
    open_sqlite: OpenLedger, history: list[tuple[Act, float]], takes: int
) -> None:
    async def lives() -> None:
        async with open_sqlite() as ledger:
            await restart_changes_nothing(ledger, history)
        async with open_sqlite() as ledger:
            await what_was_painted_comes_back(ledger, history, takes)

    asyncio.run(lives())


async def test_jobs_that_wait_take_their_time_along_into_another_tier(ledger: Ledger) -> None:
    run = new_run(ledger, OWNERS)
    await run.resume()
    await run.reweigh("c", 1.0, 1)
    for name, owner, price in (("b1", "b", 2.0), ("a1", "a", 10.0)):
        await run.put(name, owner, price)
        await run.take()
        await run.done(0, price)
    await run.put("b2", "b", 6.0)
    await run.put("c1", "c", 5.0)
    await run.reweigh("b", 1.0, 1)
    await run.put("a2", "a", 10.0)
    await run.take()
    await run.come_to_rest()

    restored = await run.again()

    assert restored.order(0) == run.order(0) == ["c1:0", "b2:0"]


async def test_a_program_that_is_behind_sets_nobody_back(ledger: Ledger) -> None:
    behind, ahead = new_run(ledger, OWNERS), new_run(ledger, OWNERS)
    for run in (behind, ahead):
        await run.resume()
    ahead.seconds = 60
    for number in range(3):
        await ahead.put(f"ahead{number}", "a", 10.0)
        await ahead.take()
        await ahead.done(0, 20.0)
    known = await ledger.tallies()

    await behind.put("late", "a", 1.0)
    await behind.take()
    await behind.come_to_rest()

    assert await ledger.tallies() == known


async def test_a_debt_keeps_its_distance_to_the_clock_of_another_tier(ledger: Ledger) -> None:
    run = new_run(ledger, OWNERS)
    await run.resume()
    await run.put("cheap", "b", 1.0)
    await run.put("costly", "a", 9.0)
    for _ in range(2):
        await run.take()
    await run.done(0, 1.0)
    await run.done(0, 12.0)
    await run.put("a", "a", 1.0)
    await run.put("b", "b", 3.5)
    run.terms = dict.fromkeys(OWNERS, replace(UNLIMITED, tier=3))

    restored = await run.again()

    # The clock stands at 9, so of the 12 there are 3 still to pay.
    assert restored.order(0) == ["b:0", "a:0"]
    tally = restored.line.queue.tally("a")
    assert tally is not None
    assert (tally.tier, tally.finish - tally.clock) == (3, 3_000_000)
