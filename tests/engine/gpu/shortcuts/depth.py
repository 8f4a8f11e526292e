"""How much of a network each of its forwards asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from engine.gpu.family import Family

WHOLE, SHALLOW = "W", "."


@contextmanager
def steps_of(family: Family) -> Iterator[list[tuple[str, int]]]:
    """How much of the network each forward asks, and in how many rows."""
    network, made = family.network, []
    if hasattr(network, "mid_block"):
        entry, deep = network.conv_in, network.mid_block
    else:
        blocks = getattr(network, "single_transformer_blocks", network.transformer_blocks)
        entry, deep = network.context_embedder, blocks[-1]

    def began(_: Any, inputs: tuple[torch.Tensor, ...]) -> None:
        made.append((SHALLOW, len(inputs[0])))

    def went_deep(_: Any, __: Any) -> None:
        made[-1] = (WHOLE, made[-1][1])

    handles = [entry.register_forward_pre_hook(began), deep.register_forward_pre_hook(went_deep)]
    try:
        yield made
    finally:
        for handle in handles:
            handle.remove()
