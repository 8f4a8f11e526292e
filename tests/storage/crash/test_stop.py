"""A program that is stopped for longer than its lease comes back to a job that is another's."""

from pathlib import Path

import pytest

from tests.storage.crash.checks import outcomes
from tests.storage.crash.rig import Rig, stop_on


@pytest.fixture
def rig(database_url: str, tmp_path: Path) -> Rig:
    return Rig(database_url, tmp_path)


@pytest.mark.parametrize("slow", [False, True], ids=["has finished", "still paints"])
async def test_the_one_who_lost_a_job_changes_nothing(rig: Rig, slow: bool) -> None:
    await stop_on(rig, slow=slow)

    assert await rig.complaints() == []
    [(_, attempt)] = (await outcomes(rig.url)).values()
    # Once more where the machine halted for longer than the second lease.
    assert attempt >= 2


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.promise(6, count=20)
async def test_the_one_who_lost_a_job_changes_nothing_20_times(rig: Rig) -> None:
    for number in range(20):
        await stop_on(rig, slow=number % 2 == 0)

    assert await rig.complaints() == []
    assert len(await outcomes(rig.url)) == 20


@pytest.mark.mutant(6)
async def test_a_ledger_that_takes_a_result_from_anybody_is_found_out(rig: Rig) -> None:
    await stop_on(rig, slow=True, mutant="no fence")

    assert any("had lost it" in complaint for complaint in await rig.complaints())
