"""A job that takes many times as long as its lease is left to the one who paints it."""

from pathlib import Path

import pytest

from tests.storage.crash.checks import stolen
from tests.storage.crash.plan import LEASE_S, Plan
from tests.storage.crash.rig import Rig, at_rest, heard


async def paint_long(
    rig: Rig,
    *,
    jobs: int = 20,
    mutant: str | None = None,
    leases: float = 10,
    lease: float = LEASE_S,
) -> bool:
    """All jobs at a time, while another program looks out for leases that ran out.

    True where none of them was stolen.
    """
    before = stolen(rig.folder)
    asks = tuple((f"click {rig.asked + number}", "long") for number in range(jobs))
    rig.asked += jobs
    plan = Plan(asks=asks, seats=40, lease=lease, long=leases * lease, mutant=mutant)
    async with rig.program(plan) as painter, rig.program(Plan(lease=lease, long=0.05)):
        await heard(painter, "asked")
        await at_rest(rig)
    return stolen(rig.folder) == before


@pytest.fixture
def rig(database_url: str, tmp_path: Path) -> Rig:
    return Rig(database_url, tmp_path)


@pytest.mark.promise(7)
@pytest.mark.parametrize(
    "leases",
    [
        3,
        pytest.param(
            10, marks=[pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.promise(7, count=20)]
        ),
    ],
)
async def test_a_living_job_is_never_stolen(rig: Rig, leases: int) -> None:
    # Of a machine that halts for longer than a lease, a job is taken from the living too.
    assert await paint_long(rig, leases=leases) or await paint_long(
        rig, leases=leases, lease=4 * LEASE_S
    )
    assert await rig.complaints() == []


@pytest.mark.mutant(7)
async def test_a_painter_without_signs_of_life_is_found_out(rig: Rig) -> None:
    # Few: what was begun once is painted one at a time.
    assert not await paint_long(rig, jobs=3, mutant="no heartbeat", leases=2)
