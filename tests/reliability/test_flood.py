"""Floods of commands: whoever floods is refused in time, and the others do not wait for them."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import psutil
import pytest
from sqlalchemy import select

from storage.database import connect
from storage.models import JobRow
from tests.bot.discord.counts.amount import counted
from tests.bot.discord.counts.figures import Figures
from tests.bot.discord.counts.test_acknowledgement import P99_S
from tests.bot.discord.counts.test_burst import burst, refusal
from tests.discord_server.village import ALICE, BOB
from tests.reliability.plan import Plan
from tests.reliability.rig import AT_ONCE, Rig

SEATS = Plan().seats
ONE_SLOT = 2 * SEATS
"""Those that begin while the other's is written down, and one for each seat until it is free."""
PARTS = 4
"""Of the room in the queue one person may have a quarter."""


def narrow(rig: Rig, limit: int) -> Rig:
    rig.settings = rig.settings.model_copy(update={"queue_limit": limit})
    return rig


async def flood_and_ask(
    rig: Rig, count: int, *, seconds: float = 0.2, mutant: str = ""
) -> tuple[int, int]:
    """One person asks for very much, then another for one picture.

    Answers how many jobs of the first there were at most at a time, and how many of them began
    after the second had asked and before theirs began.
    """
    most = 0
    async with rig.program(Plan(seconds=seconds, mutant=mutant)):
        asked = []
        for number in range(count):
            asked.append(await rig.ask(user=ALICE))
            if number % AT_ONCE == 0:
                await asyncio.gather(*(one.replied() for one in asked[-AT_ONCE:]))
                most = max(most, (await rig.state()).unfinished)
        while not all(one.messages and not one.messages[0].loading for one in asked):
            most = max(most, (await rig.state()).unfinished)
            await asyncio.sleep(0.5)
        last = await rig.ask("hen", user=BOB)
        await rig.server.message(last, lambda message: bool(message.shown), patience=60)
    prompt = f"hen {count}"
    submitted = await submission_of(rig, f"discord:{BOB.id}")
    begun = next(one.at for one in rig.beginnings if one.prompt == prompt)
    between = [one for one in rig.beginnings if submitted < one.at < begun]
    return most, len(between)


async def submission_of(rig: Rig, owner: str) -> datetime:
    async with connect(rig.settings.database) as engine, engine.connect() as connection:
        return (
            await connection.execute(select(JobRow.submitted).where(JobRow.owner_id == owner))
        ).scalar_one()


@counted(1000)
@pytest.mark.promise(12)
async def test_who_floods_has_a_part_of_the_queue_and_nobody_waits_for_them(
    rig: Rig, count: int
) -> None:
    narrow(rig, limit := count * 2 // 5)

    most, between = await flood_and_ask(rig, count)

    assert most <= limit // PARTS + SEATS
    assert between <= ONE_SLOT


@pytest.mark.slow
@pytest.mark.mutant(12)
async def test_a_program_with_one_line_for_all_is_found_out(rig: Rig) -> None:
    _, between = await flood_and_ask(narrow(rig, 400), 40, seconds=1.0, mutant="first come")

    assert between > ONE_SLOT


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.promise(10, count=2000)
async def test_in_a_burst_the_queue_keeps_its_limit_and_who_is_refused_pays_nothing(
    rig: Rig, measured: Callable[[str], None]
) -> None:
    narrow(rig, limit := 200)
    most = 0

    async with rig.program(Plan(seconds=0.02)) as easel:
        work = asyncio.create_task(burst(rig.server, rig.crowd, 2000, psutil.Process(easel.pid)))
        while not work.done():
            most = max(most, (await rig.state()).unfinished)
            await asyncio.sleep(0.1)
        asked, _ = await work
        state = await rig.until(lambda state: state.at_rest)

    refused = [one for one in asked if refusal(one)]
    heard = Figures.of(
        message.now.at - one.asked_at for one in refused if (message := refusal(one))
    )
    measured(f"refused: {heard}; at most {most} in a queue for {limit}")
    assert refused
    assert most <= limit + SEATS
    assert state.jobs == len(asked) - len(refused)
    assert await rig.complaints() == []


@pytest.mark.slow
@pytest.mark.mutant(10)
async def test_a_program_that_takes_everything_is_found_out(rig: Rig) -> None:
    narrow(rig, 20)

    async with rig.program(Plan(seconds=0.02, mutant="takes everything")) as easel:
        asked, _ = await burst(rig.server, rig.crowd, 200, psutil.Process(easel.pid))

    assert not any(refusal(one) for one in asked)


@pytest.mark.slow
@pytest.mark.mutant(11)
async def test_a_program_that_paints_in_its_loop_is_found_out(rig: Rig) -> None:
    async with rig.program(Plan(seconds=1.0, mutant="paints in the loop")):
        asked = []
        for _ in range(10):
            asked.append(await rig.ask())
            await asyncio.sleep(0.2)
        for one in asked:
            await one.replied()

    assert Figures.of(one.took for one in asked).p99 > P99_S
