"""Fusion: the three products of an attention, which read the same, as one."""

from typing import Any


class Fusion:
    """Of a network that can have that. Its weights are there twice meanwhile."""

    def __init__(self, network: Any) -> None:
        self._network = network
        network.fuse_qkv_projections()

    def undo(self) -> None:
        self._network.unfuse_qkv_projections()


def can_fuse(network: Any) -> bool:
    return hasattr(network, "fuse_qkv_projections")
