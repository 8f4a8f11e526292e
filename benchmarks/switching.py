"""Switching: the switches of the engine as they are thrown here."""

from importlib import import_module
from typing import Any

import torch

from engine.gpu.family import Family

MODULE = "engine.gpu.switches"
# The network gets ready for one shape after the other, which must not count.
Switches = frozenset[str]


def known() -> tuple[str, ...]:
    """The names of all switches, in their order."""
    return tuple(str(each) for each in getattr(_module(), "Switch", ()))


def usual(device: torch.device) -> Switches:
    """Those that the engine throws by itself on that device."""
    return frozenset(map(str, _module().usual(device))) if known() else frozenset()


def throw(family: Family, switches: Switches) -> None:
    """Once, on a family that nobody painted with."""
    if switches:
        module = _module()
        module.throw(family, frozenset(map(module.Switch, switches)))


def _module() -> Any:
    try:
        return import_module(MODULE)
    except ModuleNotFoundError as error:
        if error.name != MODULE:
            raise
        return None
