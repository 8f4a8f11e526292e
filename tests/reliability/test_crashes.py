"""kill -9 of the whole program: no job is lost, charged twice or told twice."""

import asyncio
import random

import pytest

from tests.bot.discord.counts.processes import kill
from tests.discord_server.interaction import TOKEN_LIFE_S
from tests.reliability.plan import Plan
from tests.reliability.rig import Rig

WHILE_IT_WORKS_S = 0.6
WORDS = ("fox", "fail", "hen")
FEW = 5
"""So many ask, so that each of them does so again."""


async def kill_again_and_again(rig: Rig, times: int, mutant: str = "") -> None:
    """Each time at some moment, when three more were asked for; then let all be done."""
    chance, plan = random.Random(7), Plan(seconds=0.1, mutant=mutant)
    for _ in range(times):
        async with rig.program(plan) as easel:
            for words in WORDS:
                await rig.ask(words, user=rig.crowd[len(rig.asked) % FEW])
            await asyncio.sleep(chance.uniform(0.0, WHILE_IT_WORKS_S))
            await kill(easel)
    await rig.rest(plan, patience=10 if mutant else 60)


async def die_before_the_mark(rig: Rig, times: int, mutant: str = "") -> None:
    """Each time when a result was sent, and nobody wrote down yet that it was.

    Every second one goes to the channel, since its token has expired.
    """
    for number in range(times):
        # What the one before sent is told again first.
        plan = Plan(seconds=0.2, dies_at_mark=2 if number else 1, mutant=mutant)
        async with rig.program(plan) as easel:
            await rig.until(lambda state: state.at_rest)
            one = await rig.ask()
            await one.replied()
            if number % 2:
                rig.server.clock.move(TOKEN_LIFE_S)
            await asyncio.wait_for(easel.wait(), 60)
    await rig.rest(Plan(mutant=mutant))


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.promise(1, 2, 3, count=100)
async def test_nothing_is_lost_charged_twice_or_told_twice_in_100_kills(rig_of_either: Rig) -> None:
    await kill_again_and_again(rig_of_either, 100)

    assert await rig_of_either.complaints() == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.promise(3, count=50)
async def test_what_was_sent_and_not_marked_50_times_is_there_once(rig_of_either: Rig) -> None:
    await die_before_the_mark(rig_of_either, 50)

    assert await rig_of_either.complaints() == []


@pytest.mark.slow
@pytest.mark.mutant(1, 16)
async def test_a_program_that_takes_up_nothing_is_found_out(rig: Rig) -> None:
    await kill_again_and_again(rig, 3, "forgets")

    assert any("for ever" in complaint for complaint in await rig.complaints())
    assert rig.loading


@pytest.mark.slow
@pytest.mark.mutant(2)
async def test_a_program_that_gives_back_twice_is_found_out(rig: Rig) -> None:
    await kill_again_and_again(rig, 4, "gives back twice")

    assert any("was charged" in complaint for complaint in await rig.complaints())


@pytest.mark.slow
@pytest.mark.mutant(3)
async def test_a_program_whose_messages_have_no_nonce_is_found_out(rig: Rig) -> None:
    await die_before_the_mark(rig, 2, "no nonce")

    assert any("has 2 ends" in complaint for complaint in await rig.complaints())
