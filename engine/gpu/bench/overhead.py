"""What the engine itself costs: turns of jobs whose network answers at once."""

from collections.abc import Sequence
from copy import copy
from time import perf_counter
from typing import Any

import torch
from torch import Tensor

from engine.errors import EaselError, PaintingFailed
from engine.gpu.bench.mix import recipe_for
from engine.gpu.company import Company
from engine.gpu.family import Family
from engine.gpu.seat import Painted, Seat
from engine.gpu.warm import Warm
from engine.turns import Turns

TURNS = 40


class FreeNetwork:
    """Answers with what it was shown, at no cost. In everything else it is the real one."""

    def __init__(self, network: Any) -> None:
        self._network = network

    def __getattr__(self, name: str) -> Any:
        return getattr(self._network, name)

    def __call__(
        self, latents: Tensor | None = None, *_: object, **named: Any
    ) -> tuple[Tensor, ...]:
        return (named["hidden_states"] if latents is None else latents,)


def turn_seconds(
    family: Family, device: torch.device, *, jobs: int, turns: int = TURNS
) -> Sequence[float]:
    """How long each turn took in which so many jobs went a step on, all in one forward."""
    free = copy(family)
    free.network = FreeNetwork(family.network)
    card = family.card
    company = Company(Warm.of({card.name: free}), device, Turns(most_rows=2 * jobs))
    ended: list[Painted | EaselError] = []
    for number in range(jobs):
        company.welcome(
            Seat(
                # The last step is followed by the picture, which is no part of a turn.
                recipe=recipe_for(card, prompt="a free picture", steps=turns + 1, seed=number),
                sources={},
                tell=lambda step, preview: None,
                end=ended.append,
            )
        )
    times = []
    for _ in range(turns):
        started = perf_counter()
        company.turn()
        times.append(perf_counter() - started)
    if ended:
        raise PaintingFailed("The turns could not be measured, for a job ended before its time.")
    company.dismiss(PaintingFailed("Nobody wants it."))
    return times
