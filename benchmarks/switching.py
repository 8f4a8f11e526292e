"""Switching: the switches of the engine as they are thrown and waited for here."""

from importlib import import_module
from time import sleep
from typing import Any

import torch
from torch import Tensor

from engine.gpu.family import Family
from engine.gpu.rows import Rows

Switches = frozenset[str]
NAMES, THROWN = "engine.switch", "engine.gpu.switches.thrown"
LONGEST_S, LOOKED_S = 200.0, 0.05


def known() -> tuple[str, ...]:
    """The names of all switches, in their order."""
    return tuple(str(each) for each in getattr(_module(NAMES), "Switch", ()))


def usual(device: torch.device) -> Switches:
    """Those that the engine throws by itself on that device."""
    return frozenset(map(str, _module(NAMES).USUAL[device.type])) if known() else frozenset()


def throw(family: Family, switches: Switches) -> None:
    """Once, on a family that nobody painted with."""
    if switches:
        named = frozenset(map(_module(NAMES).Switch, switches))
        _module(THROWN).Thrown(switches=named).over(family)


def ask(family: Family, rows: Rows) -> Tensor:
    """As the engine asks for tiles that need not be exact: by what was made ready, if anything."""
    asked: Any = family.forward
    answer: Tensor = asked(rows, plainly=False) if known() else asked(rows)
    return answer


@torch.inference_mode()
def make_ready(family: Family, rows: Rows) -> None:
    """What the engine does beside the painting for what is asked often, done now."""
    if known():
        of_it: Any = family
        of_it.prepare(rows)
    wait_for(family)


def wait_for(family: Family) -> None:
    """Until nothing is compiled any more, for that takes time from what is measured."""
    tracks = getattr(family, "tracks", None)
    waited = 0.0
    while tracks is not None and tracks.at_work and waited < LONGEST_S:
        sleep(LOOKED_S)
        waited += LOOKED_S


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name not in {NAMES, THROWN, "engine.gpu.switches"}:
            raise
        return None
