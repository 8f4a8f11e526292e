"""The same interaction that comes several times, to eight programs at once, is one job."""

import random
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.storage.crash.checks import outcomes
from tests.storage.crash.plan import Plan
from tests.storage.crash.rig import Rig, at_rest, heard

PROGRAMS = 8


async def send_again_and_again(rig: Rig, interactions: int, *, mutant: str | None = None) -> None:
    chance = random.Random(7)
    sent = [
        (f"click {number}", "a fox")
        for number in range(interactions)
        for _ in range(chance.randint(1, 5))
    ]
    chance.shuffle(sent)
    async with AsyncExitStack() as stack:
        programs = [
            await stack.enter_async_context(
                rig.program(
                    Plan(asks=tuple(sent[number::PROGRAMS]), mutant=mutant, lease=30.0, beat=1.0)
                )
            )
            for number in range(PROGRAMS)
        ]
        for program in programs:
            await heard(program, "asked")
        await at_rest(rig)


@pytest.fixture
def rig(database_url: str, tmp_path: Path) -> Rig:
    return Rig(database_url, tmp_path)


async def test_one_interaction_is_one_job_and_one_charge(rig: Rig) -> None:
    await send_again_and_again(rig, 40)

    assert await rig.complaints() == []
    assert len(await outcomes(rig.url)) == 40


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.promise(4, count=1000)
async def test_1000_interactions_are_1000_jobs_and_charges(rig: Rig) -> None:
    await send_again_and_again(rig, 1000)

    assert await rig.complaints() == []
    assert len(await outcomes(rig.url)) == 1000


@pytest.mark.mutant(4)
async def test_a_program_that_takes_each_for_a_new_one_is_found_out(rig: Rig) -> None:
    await send_again_and_again(rig, 10, mutant="no dedupe")

    assert any("became" in complaint for complaint in await rig.complaints())
