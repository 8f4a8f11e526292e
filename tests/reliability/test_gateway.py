"""The whole program loses the gateway in every way, and no command is lost with it."""

import asyncio
from itertools import cycle, islice

import pytest

from tests.bot.discord.counts.test_drops import ENDED, LEFT_OPEN
from tests.discord_server.drop import Down
from tests.reliability.plan import Plan
from tests.reliability.rig import Rig

ALERT = Plan(hurried=True, silence=1.0)
HEARTBEAT_S = 0.1
AWAY_S = 30.0


async def lose(rig: Rig, times: int, plan: Plan = ALERT, patience: float = 60) -> None:
    """All kinds in turn: where the session stays, somebody asks while nobody listens."""
    rig.server.doors.heartbeat_s = HEARTBEAT_S
    stays = [how for kind in LEFT_OPEN.values() for how in kind]
    ends = [how for kind in ENDED.values() for how in kind]
    async with rig.program(plan):
        for how in islice(cycle([*stays, *ends]), times):
            visits = len(rig.server.doors.visits)
            rig.server.drop(how)
            if how in stays:
                await rig.ask()
            await rig.server.ready(visits + 1, 60)
            if how in ends:
                await (await rig.ask()).replied()
        await rig.until(lambda state: state.jobs == len(rig.asked) and state.at_rest, patience)
        await rig.settled(patience)


def unheard(rig: Rig) -> list[str]:
    return [prompt for prompt, one in rig.asked.items() if one.reply is None]


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.promise(13, count=100)
async def test_100_losses_lose_no_command(rig: Rig) -> None:
    await lose(rig, 100)

    assert unheard(rig) == []
    assert await rig.complaints() == []


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.promise(13, count=1)
async def test_a_gateway_that_comes_after_30_seconds_is_waited_for(rig: Rig) -> None:
    await rig.server.gateway_down(Down.REFUSING)
    opening = asyncio.create_task(asyncio.sleep(AWAY_S, None))
    opening.add_done_callback(lambda _: asyncio.ensure_future(rig.server.gateway_up()))

    async with rig.program():
        assert opening.done()
        await rig.ask()
        await rig.settled()

    assert await rig.complaints() == []


@pytest.mark.slow
@pytest.mark.mutant(13)
async def test_a_program_that_never_resumes_is_found_out(rig: Rig) -> None:
    plan = Plan(hurried=True, silence=1.0, mutant="never resumes")

    await lose(rig, len(LEFT_OPEN), plan, patience=5)

    assert unheard(rig)
