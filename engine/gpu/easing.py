"""Easing: the rungs on which a model is loaded, where it would not fit onto the device as it is."""

from collections.abc import Collection

import torch

from engine.ladder import Rung


class Easing:
    """Rungs are only ever added: a model that needed them once would need them again."""

    def __init__(self, rungs: Collection[Rung], possible: Collection[Rung]) -> None:
        """On `rungs` from the start; `possible` can be added."""
        self.in_force = set(rungs)
        self.possible = frozenset(possible)

    def take(self, rung: Rung) -> None:
        self.in_force.add(rung)


def movable(device: torch.device) -> frozenset[Rung]:
    """The rungs that keep parts of a model in main memory; there everything else is already."""
    if device.type == "cpu":
        return frozenset()
    return frozenset({Rung.PARK, Rung.GROUP, Rung.SEQUENTIAL})
