"""SIGTERM in the middle of jobs: nothing is lost, nothing new is begun, and it ends in time."""

import signal
from statistics import median

import pytest
from sqlalchemy import select

from storage.database import connect
from storage.models import JobRow
from tests.bot.discord.counts.amount import counted
from tests.bot.discord.counts.processes import running
from tests.bot.stopping.conftest import GRACE_S, grant
from tests.bot.stopping.plan import Plan
from tests.bot.stopping.stopped import BEGUN, SLACK_S, Stopped, begun_late, program_of
from tests.reliability.rig import Rig

TERM, INT = signal.SIGTERM, signal.SIGINT
WAYS: tuple[tuple[str, tuple[signal.Signals, ...]], ...] = (
    ("fox", (TERM,)),
    ("endless", (TERM,)),
    ("fox", (INT,)),
    ("endless", (TERM, TERM)),
    ("endless", (INT, INT)),
)
"""What is painted when which signals come."""
SEATS = 2
HALTED_S = 30.0
"""So long a machine may halt who is not meant to be out of time."""


async def stop(
    rig: Rig, number: int, mutant: str = "", takes: float = 1.0
) -> tuple[Stopped, set[str]]:
    """A program that is stopped while it paints, and what it began after that."""
    words, signals = WAYS[number % len(WAYS)]
    runs_out = words == "endless" and len(signals) == 1
    grant(rig.settings.data_dir, GRACE_S if runs_out else HALTED_S)
    words = f"{words} of {number}"
    # What was put back by those before is painted like any other.
    plan = Plan(seconds=takes, endless=f"endless of {number} ", most=HALTED_S, mutant=mutant)
    async with running(plan.module, rig.server, rig.settings, log=rig.log) as easel:
        program = program_of(easel, rig.log)
        before = await rig.state()
        for _ in range(SEATS):
            await rig.ask(words)
        await program.says(BEGUN + words, SEATS)
        # They wait for the next program.
        await rig.ask()
        await rig.ask()
        await rig.until(lambda state: state.jobs == before.jobs + SEATS + 2)
        stopped = await program.stop(*signals)
        return stopped, begun_late(program.messages)


async def attempts(rig: Rig) -> set[int]:
    """How often jobs were begun that count as their own."""
    async with connect(rig.settings.database) as engine, engine.connect() as connection:
        return set(await connection.scalars(select(JobRow.attempt)))


async def rest(rig: Rig) -> None:
    """The last program does what is left."""
    async with running(Plan(endless="nothing").module, rig.server, rig.settings, log=rig.log):
        await rig.until(lambda state: state.at_rest)
        await rig.settled()


@counted(50)
@pytest.mark.promise(9)
async def test_a_program_that_is_stopped_ends_in_time_and_loses_nothing(
    rig: Rig, count: int
) -> None:
    codes, seconds, late, untold = [], [], set(), 0

    for number in range(count):
        stopped, begun = await stop(rig, number)
        codes.append(stopped.code)
        seconds.append(stopped.seconds)
        late |= begun
        if len(WAYS[number % len(WAYS)][1]) == 1:
            untold += (await rig.state()).undelivered
    await rest(rig)

    assert codes == [0] * count
    # A machine may be slow for a while.
    assert median(seconds) <= GRACE_S + SLACK_S
    assert late == set()
    assert untold == 0
    assert await rig.complaints() == []
    assert await attempts(rig) == {1}


@pytest.mark.mutant(9)
async def test_a_program_that_goes_on_beginning_is_found_out(rig: Rig) -> None:
    # Long enough for the signal to come before they are done.
    _, late = await stop(rig, 0, mutant="begins on", takes=4.0)

    assert len(late) == 2


@pytest.mark.slow
@pytest.mark.mutant(9)
async def test_a_program_that_gives_nothing_back_is_found_out(rig: Rig) -> None:
    await stop(rig, 3, mutant="gives nothing back")
    await rest(rig)

    assert await attempts(rig) == {1, 2}
