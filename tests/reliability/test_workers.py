"""Painters that die, are stopped or take long, beside others that wait for their jobs."""

import asyncio
import signal
from collections import Counter

import pytest

from tests.reliability.plan import Plan
from tests.reliability.rig import Rig
from tests.storage.crash.rig import stop

LEASE_S = 3.0
LIVES = 6
"""More than a job may cost."""


async def stop_past_the_lease(rig: Rig) -> None:
    """A program that paints is stopped, another paints its job, and then it goes on."""
    begun = len(rig.beginnings)
    async with rig.program(Plan(long=LEASE_S, lease=LEASE_S)) as stopped:
        await rig.ask("long")
        await rig.begun(begun + 1)
        await stop(stopped, rig.settings.database)
        async with rig.program(Plan(lease=LEASE_S)):
            await rig.begun(begun + 2)
            await rig.until(lambda state: state.at_rest)
            stopped.send_signal(signal.SIGCONT)
            # Long enough for it to end its picture, and to store and tell it if anybody let it.
            await asyncio.sleep(LEASE_S + 1.0)
            assert stopped.returncode is None


async def paint_long(rig: Rig, jobs: int, mutant: str = "", leases: int = 10) -> None:
    """All at a time, beside another program that looks for leases that ran out."""
    long = leases * LEASE_S
    plan = Plan(long=long, seats=jobs, lease=LEASE_S, mutant=mutant)
    async with rig.program(plan):
        for _ in range(jobs):
            await rig.ask("long")
        await rig.begun(jobs)
        async with rig.program(Plan(long=0.1, lease=LEASE_S)):
            await rig.until(lambda state: state.at_rest)


async def swallow_poison(rig: Rig, behind: int, mutant: str = "") -> None:
    """Start it again as often as it dies, or until nobody would any more."""
    await rig.ask_in_vain("poison", behind=behind)
    for _ in range(LIVES):
        async with rig.start(Plan(seconds=0.05, mutant=mutant)) as easel:
            dying = asyncio.create_task(easel.wait())
            while not (dying.done() or (await rig.state()).at_rest):  # noqa: ASYNC110  # no event
                await asyncio.sleep(0.1)
            if not dying.done():
                dying.cancel()
                await rig.settled()
                return


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.promise(6, count=20)
async def test_who_was_stopped_past_the_lease_20_times_changes_nothing(rig_of_either: Rig) -> None:
    for _ in range(20):
        await stop_past_the_lease(rig_of_either)

    assert await rig_of_either.complaints() == []
    assert set(Counter(one.prompt for one in rig_of_either.beginnings).values()) == {2}


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.promise(7, count=20)
async def test_20_jobs_of_ten_times_their_lease_are_begun_once(rig_of_either: Rig) -> None:
    await paint_long(rig_of_either, 20)

    assert len(rig_of_either.beginnings) == 20
    assert await rig_of_either.complaints() == []


@pytest.mark.slow
@pytest.mark.mutant(7)
async def test_a_program_without_signs_of_life_is_found_out(rig: Rig) -> None:
    await paint_long(rig, 2, "no heartbeat", leases=3)

    assert len(rig.beginnings) > 2


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.promise(8, count=20)
async def test_poison_is_given_up_and_20_behind_it_are_painted(rig_of_either: Rig) -> None:
    await swallow_poison(rig_of_either, 20)

    assert await rig_of_either.complaints() == []
    tries = Counter(one.prompt for one in rig_of_either.beginnings)
    assert tries.pop("poison 0") == 3
    assert len(tries) == 20
    # Those that were beside it when it died were begun again.
    assert max(tries.values()) <= 3
    poisoned = rig_of_either.asked["poison 0"].original
    assert poisoned is not None
    assert "so I gave it up" in poisoned.text


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.mutant(8)
async def test_a_program_that_never_gives_up_is_found_out(rig: Rig) -> None:
    await swallow_poison(rig, 2, "never gives up")

    assert Counter(one.prompt for one in rig.beginnings)["poison 0"] > 3
    assert any("for ever" in complaint for complaint in await rig.complaints())
