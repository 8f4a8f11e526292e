"""A job that kills its program is given up after three times, and the others are painted."""

from pathlib import Path

import pytest

from engine.job import Status
from tests.storage.crash.checks import outcomes
from tests.storage.crash.plan import Plan
from tests.storage.crash.rig import Rig


@pytest.fixture
def rig(database_url: str, tmp_path: Path) -> Rig:
    return Rig(database_url, tmp_path)


@pytest.mark.promise(8, count=20)
async def test_a_job_that_kills_its_program_is_given_up(rig: Rig) -> None:
    behind = tuple((f"click {number}", "a fox") for number in range(20))
    poisoned = (("click poison", "poison"), *behind)

    await rig.rest(Plan(asks=poisoned), more=len(poisoned))

    ends = await outcomes(rig.url)
    assert ends.pop("click poison") == (Status.FAILED, 3)
    assert {status for status, _ in ends.values()} == {Status.DONE}
    assert len(ends) == 20
    assert await rig.complaints() == []
