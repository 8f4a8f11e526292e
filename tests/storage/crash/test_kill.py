"""kill -9 again and again: nothing is lost, and nothing is charged or told twice."""

from pathlib import Path

import pytest

from tests.storage.crash.plan import Plan
from tests.storage.crash.rig import Rig, crash_on
from tests.storage.crash.traps import POINTS


@pytest.fixture
def rig(database_url: str, tmp_path: Path) -> Rig:
    return Rig(database_url, tmp_path)


async def test_nothing_is_lost_or_charged_or_told_twice(rig: Rig) -> None:
    # The first half of the points on one database, the other half on the other.
    first = 0 if rig.url.startswith("sqlite") else len(POINTS) // 2

    snapped = await crash_on(rig, 10, first=first)

    assert await rig.complaints() == []
    assert len(snapped) >= 3


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.promise(1, 2, 3, count=100)
async def test_nothing_is_lost_or_charged_or_told_twice_in_100_crashes(rig: Rig) -> None:
    snapped = await crash_on(rig, 100)

    assert await rig.complaints() == []
    assert len(snapped) >= len(POINTS) - 3


@pytest.mark.mutant(1, 3)
async def test_a_program_that_tells_before_it_stores_is_found_out(rig: Rig) -> None:
    mutant = "deliver before commit"
    plan = Plan(asks=(("click 0", "a fox"),), trap="finish before its commit", mutant=mutant)

    assert await rig.cycle(plan)
    await rig.rest(Plan(mutant=mutant), more=1)

    assert any("is not so" in complaint for complaint in await rig.complaints())
