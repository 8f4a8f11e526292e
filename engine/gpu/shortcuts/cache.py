"""Cache: what the deep part of a network made at one step is taken at the next ones too."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor

from engine.gpu.phase import Phase
from engine.gpu.rows import Rows
from engine.gpu.shortcuts.parts import Parts

DEEP = "deep"
"""The conditioning of a shallow step that the deep part made; no reader of words has that name."""

Denoise = Callable[[Any, Tensor, Tensor, Mapping[str, Tensor]], Tensor]


def asked(denoise: Denoise, kind: type[Parts], network: Any, rows: Rows, *, moves: bool) -> Tensor:
    """What a network answers to the rows, as much of it as their phase asks.

    To keep, each row's numbers are in one line, and what the deep part made is after them: so
    they are joined, halved and recorded as any answer. `moves` is true where the network's weights
    come to the card for each step.
    """
    if rows.phase is Phase.WHOLE:
        return denoise(network, rows.latents, rows.times, rows.conditioning)
    told = dict(rows.conditioning)
    shallow = rows.phase is Phase.SHALLOW
    parts = kind(network, told.pop(DEEP) if shallow else None)
    with parts.inside() if moves else nullcontext(parts) as taken:
        answer = denoise(taken, rows.latents, rows.times, told)
    if shallow or parts.deep is None:
        return answer
    return torch.cat([answer.flatten(1), parts.deep.flatten(1)], dim=1)


def apart(answer: Tensor, like: Tensor) -> tuple[Tensor, Tensor | None]:
    """The answer in the form of the latents it is for, and what is to be kept, if anything is."""
    if answer.ndim == like.ndim:
        return answer, None
    numbers = like[0].numel()
    return answer[:, :numbers].reshape(-1, *like.shape[1:]), answer[:, numbers:]
