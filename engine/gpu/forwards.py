"""Forwards: asks the network for rows of many tiles, in as few forwards as memory allows."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from engine.gpu.family import Family
from engine.gpu.kernels import STOCK_ROWS, Kernels
from engine.gpu.memory import Memory
from engine.gpu.rows import Rows, joined
from engine.gpu.seat import Seat
from engine.job import Recipe
from engine.ladder import Strain, Work
from engine.turns import Turns

# Never wider, or a job with guidance would have other bits than the stock pipeline's.
EXACT_ROWS = STOCK_ROWS


class Forwards:
    """Changes nothing but what it learns about memory: any forward can be asked for again."""

    def __init__(self, turns: Turns[Seat], memory: Memory) -> None:
        self._turns = turns
        self._memory = memory
        self._kernels = Kernels()

    def answers(
        self,
        family: Family,
        key: Hashable,
        asked: Sequence[Rows],
        recipe: Recipe,
        strain: Strain,
    ) -> Sequence[Tensor | None]:
        """An answer for each, or None for those that do not fit into memory.

        `recipe` is of any of them: tiles that share forwards wear the same, and are all exact or
        none is.
        """

        plainly = recipe.exact or not recipe.is_bare or family.relief.is_on_the_move

        def forward(rows: Rows) -> Tensor:
            family.wear(recipe)
            with self._kernels.chosen(family.network, 0 if family.compiles else len(rows)):
                return family.forward(rows, plainly=plainly)

        asking = _Asking(family=family, key=key, forward=forward, strain=strain)
        if recipe.exact:
            return [self._exact(asking, rows) for rows in asked]
        answer = self._shared(asking, joined(asked))
        if answer is None:
            return [None] * len(asked)
        return torch.split(answer, [len(rows) for rows in asked])

    def _shared(self, asking: "_Asking", rows: Rows) -> Tensor | None:
        answers: list[Tensor] = []
        start = 0
        while start < len(rows):
            part = rows.part(start, start + self._turns.cap(asking.key))
            if len(part) > 1:
                answer = self._memory.once(partial(asking.forward, part), asking.strain)
                if answer is None:
                    self._turns.too_large(asking.key, len(part))
                    continue
            else:
                answer = self._enough(asking, part)
                if answer is None:
                    return None
            answers.append(answer)
            start += len(part)
        return torch.cat(answers)

    def _exact(self, asking: "_Asking", rows: Rows) -> Tensor | None:
        """From a forward of its own, always equally wide: its bits know no company."""
        answer = self._enough(asking, rows.padded(EXACT_ROWS))
        return None if answer is None else answer[: len(rows)]

    def _enough(self, asking: "_Asking", rows: Rows) -> Tensor | None:
        return self._memory.enough_for(
            Work.FORWARD, asking.family.relief, partial(asking.forward, rows), asking.strain
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    family: Family
    key: Hashable
    forward: Callable[[Rows], Tensor]
    strain: Strain
