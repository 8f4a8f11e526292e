"""Switching: the switches of the engine as they are thrown and waited for here."""

from importlib import import_module
from time import perf_counter, sleep
from typing import Any

import torch
from torch import Tensor

from engine.gpu.family import Family
from engine.gpu.rows import Rows

Switches = frozenset[str]
NAMES, THROWN = "engine.switch", "engine.gpu.switches.thrown"
LOOKED_S = 0.05


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
def make_ready(family: Family, rows: Rows, *, within_s: float) -> None:
    """What the engine does beside the painting for what is asked often, done now."""
    if known():
        of_it: Any = family
        of_it.prepare(rows)
    until = perf_counter() + within_s
    while at_work(family) and perf_counter() < until:
        sleep(LOOKED_S)


def at_work(family: Family) -> bool:
    """True while something is compiled for it, which takes time from whatever is measured."""
    tracks = getattr(family, "tracks", None)
    return tracks is not None and bool(tracks.at_work)


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name not in {NAMES, THROWN, "engine.gpu.switches"}:
            raise
        return None
