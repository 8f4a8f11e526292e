"""Switching: the switches of the engine as they are thrown and waited for here."""

from collections.abc import Set as AbstractSet
from time import perf_counter, sleep

import torch
from torch import Tensor

from benchmarks.ours import recipe_for
from engine.gpu.family import Family
from engine.gpu.kept import Kept
from engine.gpu.rows import Rows
from engine.gpu.switches.ready import Ready
from engine.gpu.switches.thrown import Thrown
from engine.switch import USUAL, Switch

Switches = AbstractSet[Switch]
LOOKED_S = 0.05


def usual(device: torch.device) -> Switches:
    """Those that the engine throws by itself on that device."""
    return USUAL[device.type]


def throw(family: Family, switches: Switches) -> None:
    """Once, on a family that nobody painted with."""
    thrown = Thrown(switches=switches)
    thrown.over(family)
    if Switch.ATTENTION in switches:
        # What is to be recorded is each part's own choice.
        Ready(thrown, Kept(None)).make(family, recipe_for(family.card, 2), most_rows=0)


def ask(family: Family, rows: Rows) -> Tensor:
    """As the engine asks for tiles that need not be exact: by what was made ready, if anything."""
    return family.forward(rows, plainly=False)


@torch.inference_mode()
def make_ready(family: Family, rows: Rows, *, within_s: float) -> None:
    """What the engine does beside the painting for what is asked often, done now."""
    family.prepare(rows, compiles=True)
    until = perf_counter() + within_s
    while at_work(family) and perf_counter() < until:
        sleep(LOOKED_S)
    # Twice: what was compiled is taken, and recorded, with the forwards that follow.
    for _ in range(2):
        ask(family, rows)


def at_work(family: Family) -> bool:
    """True while something is compiled for it, which takes time from whatever is measured."""
    return family.tracks is not None and family.tracks.at_work
