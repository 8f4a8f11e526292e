"""A job that takes many times as long as its lease is left to the one who paints it."""

from pathlib import Path

import pytest

from tests.storage.crash.checks import stolen
from tests.storage.crash.plan import Plan
from tests.storage.crash.rig import Rig, at_rest, heard

LEASE = 2.0
"""So long a machine may halt a program, and nobody is to blame."""


async def paint_long(
    rig: Rig, *, jobs: int = 20, mutant: str | None = None, leases: float = 10
) -> None:
    """All jobs at a time, while another program looks out for leases that ran out."""
    asks = tuple((f"click {number}", "long") for number in range(jobs))
    plan = Plan(asks=asks, seats=40, lease=LEASE, long=leases * LEASE, mutant=mutant)
    async with rig.program(plan) as painter, rig.program(Plan(lease=LEASE, long=0.05)):
        await heard(painter, "asked")
        await at_rest(rig)


@pytest.fixture
def rig(database_url: str, tmp_path: Path) -> Rig:
    return Rig(database_url, tmp_path)


@pytest.mark.promise(7)
@pytest.mark.parametrize(
    "leases", [3, pytest.param(10, marks=[pytest.mark.slow, pytest.mark.promise(7, count=20)])]
)
async def test_a_living_job_is_never_stolen(rig: Rig, leases: int) -> None:
    await paint_long(rig, leases=leases)

    assert stolen(rig.folder) == []
    assert await rig.complaints() == []


@pytest.mark.mutant(7)
async def test_a_painter_without_signs_of_life_is_found_out(rig: Rig) -> None:
    # Few: what was begun once is painted one at a time.
    await paint_long(rig, jobs=3, mutant="no heartbeat", leases=2)

    assert stolen(rig.folder)
