"""Whether a card repeats itself is found out, not believed."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.gpu.exactness import MIXES, repeats_itself
from engine.gpu.family import Family
from engine.gpu.kernels import STOCK_ROWS
from engine.gpu.notes import CLOSE
from tests.engine.gpu import tiny
from tests.engine.gpu.together import family_of, paint_together, recipe


@pytest.fixture
def own() -> Family:
    """Nobody else's, since its network is changed."""
    return family_of(tiny.pipeline())


def answers_by(family: Family, change: Callable[[Tensor, int], Tensor]) -> list[int]:
    """Every answer is changed, knowing how many were asked for before."""
    asked: list[int] = []

    def changed(_: Any, __: Any, answer: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        asked.append(len(answer[0]))
        return (change(answer[0], len(asked)),)

    family.network.register_forward_hook(changed)
    return asked


def test_a_processor_repeats_itself(own: Family) -> None:
    asked = answers_by(own, lambda answer, _: answer)

    assert repeats_itself(own, recipe())
    assert asked.count(STOCK_ROWS) >= MIXES + 1
    assert len(set(asked)) > 3, "others were painted in between"


def test_one_bit_in_the_last_mix_is_seen(own: Family) -> None:
    total = 2 * MIXES + 1

    def wavering(answer: Tensor, asked: int) -> Tensor:
        return answer if asked < total else torch.nextafter(answer, answer + 1)

    answers_by(own, wavering)

    assert not repeats_itself(own, recipe())


def test_a_card_that_does_not_repeat_itself_says_so_with_exact_pictures(own: Family) -> None:
    own.repeats_itself = False

    (exact,) = paint_together(own, [recipe(exact=True)])
    (shared,) = paint_together(own, [recipe()])

    assert exact.painted.notes == (CLOSE,)
    assert not shared.painted.notes
