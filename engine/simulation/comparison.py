"""The comparison: three policies on the same simulated card, with the same people."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from engine.ports import Ledger
from engine.simulation.arrivals import Arrival, arrivals, rate_of_one_by_one
from engine.simulation.continuous import continuous
from engine.simulation.outcome import Outcome
from engine.simulation.painter import SimulatedPainter
from engine.simulation.policies import fifo, static
from engine.simulation.timetable import H100, SIMULATED
from engine.simulation.virtual_time import in_virtual_time

FIFO, STATIC, CONTINUOUS = "fifo", "static", "continuous"
POLICIES = (FIFO, STATIC, CONTINUOUS)
LOADS = (0.5, 0.8, 0.95, 1.1, 1.3)
"""Shares of what the card paints one by one."""
SHOWN = 1.1
"""More than one by one can be painted, so that all of the numbers differ."""


async def compare(
    open_ledger: Callable[[], Ledger], *, jobs: int, tell: Callable[[float], None]
) -> dict[str, Any]:
    """The outcomes by load and policy, and those of one load once more as the usual ones.

    `tell` is called with the load that comes next.
    """
    one_by_one = rate_of_one_by_one(H100, arrivals(1.0, jobs))
    loads = {}
    for load in LOADS:
        tell(load)
        asked = arrivals(load * one_by_one, jobs)
        loads[load] = await _outcomes(asked, open_ledger)
    return {
        "policies": loads[SHOWN],
        "policies_at": SHOWN,
        "loads": {f"{load:g}": outcomes for load, outcomes in loads.items()},
        "one_by_one_ips": one_by_one,
        "jobs": jobs,
    }


async def _outcomes(
    asked: Sequence[Arrival], open_ledger: Callable[[], Ledger]
) -> Mapping[str, Mapping[str, float]]:
    ends = {
        FIFO: fifo(asked, H100),
        STATIC: static(asked, H100),
        CONTINUOUS: await in_virtual_time(
            lambda loop: continuous(asked, SimulatedPainter(SIMULATED), open_ledger(), loop)
        ),
    }
    return {policy: asdict(Outcome.of(asked, each, H100)) for policy, each in ends.items()}
