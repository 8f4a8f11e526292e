"""Switching: the switches of the engine as they are thrown and waited for here."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from time import perf_counter, sleep

import torch
from torch import Tensor

from benchmarks.ours import recipe_for
from engine.gpu.family import Family
from engine.gpu.kept import Kept
from engine.gpu.rows import Rows
from engine.gpu.switches.background import Background
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
    at_rest(within_s)
    # What was compiled is taken now, and recorded.
    family.prepare(rows, compiles=True)


def at_work() -> bool:
    """True while something is compiled, which takes time from whatever is measured."""
    return Background.busy()


def at_rest(within_s: float) -> bool:
    """Waits for the compilers. Answers whether they are done, and within that time."""
    until = perf_counter() + within_s
    while at_work() and perf_counter() < until:
        sleep(LOOKED_S)
    return not at_work() and perf_counter() <= until


def made(family: Family) -> Mapping[str, str]:
    """What was made ready of its forwards, by their shapes."""
    return {} if family.tracks is None else family.tracks.made
