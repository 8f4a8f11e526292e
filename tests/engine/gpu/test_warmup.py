"""What a card is found to have room for, by the first pictures that are painted on it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch

from engine.gpu.budget import Budget
from engine.gpu.families.flux import Flux
from engine.gpu.families.sd import StableDiffusion
from engine.gpu.family import Family
from engine.gpu.warmup import warm_up
from engine.request import SMALLEST
from tests.engine.gpu import tiny
from tests.engine.gpu.house import House
from tests.engine.gpu.together import CARD

FIXED, SIDE = 1_000_000, 2 * SMALLEST


class Peaks:
    """A gauge by which every pixel of every row takes so many bytes, beside a fixed million."""

    def __init__(self, rows: int, pixel: int) -> None:
        self._pixels: Iterator[int] = iter((rows * SMALLEST**2, rows * SIDE**2))
        self._pixel = pixel

    def free(self) -> int:
        return FIXED

    def start(self) -> None:
        """Nothing is watched."""

    def peak(self) -> int:
        return FIXED + self._pixel * next(self._pixels)


@pytest.mark.parametrize(
    ("make", "kind", "guidance", "rows"),
    [
        (tiny.pipeline, StableDiffusion, 5.0, 2),
        (tiny.pipeline, StableDiffusion, 1.0, 1),
        (tiny.flux, Flux, 3.5, 1),
    ],
)
def test_a_row_takes_its_part_of_what_the_rows_of_a_step_took(
    make: Callable[[], Any], kind: type[Family], guidance: float, rows: int
) -> None:
    card = replace(CARD, width=SIDE, height=SIDE, guidance=guidance)
    with torch.inference_mode():
        house = House(kind(make(), card))
    budget = Budget(Peaks(rows, 40))

    warm_up(house.company, house.warm, budget)

    need = budget.needs[card.name]
    assert (need.fixed, need.pixel) == (FIXED, 40)
