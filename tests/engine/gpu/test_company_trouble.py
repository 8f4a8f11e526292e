"""What happens to those who are painted together when something goes wrong, or somebody leaves."""

import logging
from collections.abc import Callable

import pytest
import torch

from engine.errors import Cancelled, OutOfMemory, PaintingFailed
from engine.gpu.family import Family
from tests.engine.gpu.together import (
    Sitting,
    before_forward,
    company_of,
    far_from,
    finish,
    paint_together,
    recipe,
)


def no_more_rows_than(budget: int) -> Callable[[torch.Tensor], None]:
    def check(latents: torch.Tensor) -> None:
        if len(latents) > budget:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    return check


@pytest.mark.parametrize("budget", [5, 3, 1])
def test_too_little_memory_makes_forwards_smaller_and_nothing_else(
    family: Family, budget: int
) -> None:
    recipes = [recipe(seed=seed, sampler=name) for seed, name in enumerate(["Euler a", "UniPC"])]
    plenty = paint_together(family, recipes)

    with before_forward(family, no_more_rows_than(budget)):
        scarce = paint_together(family, recipes)

    assert max(map(far_from, scarce, plenty)) < 1e-4


def test_what_did_not_fit_once_is_not_tried_again(family: Family) -> None:
    refused: list[int] = []

    def check(latents: torch.Tensor) -> None:
        if len(latents) > 2:
            refused.append(len(latents))
            raise torch.OutOfMemoryError("CUDA out of memory.")

    with before_forward(family, check):
        paint_together(family, [recipe(seed=1, steps=8), recipe(seed=2, steps=8)])

    assert len(refused) == 1


def test_a_tile_that_does_not_fit_at_all_is_offered_smaller(family: Family) -> None:
    with before_forward(family, no_more_rows_than(0)):
        (sitting,) = paint_together(family, [recipe(width=128, height=128)])

    assert isinstance(sitting.outcome, OutOfMemory)
    assert "Try 64x64." in str(sitting.outcome)


def test_an_exact_tile_is_never_split_but_may_be_asked_for_without(family: Family) -> None:
    with before_forward(family, no_more_rows_than(1)):
        exact, other = paint_together(family, [recipe(exact=True), recipe()])

    assert isinstance(exact.outcome, OutOfMemory)
    assert "Leave --exact out" in str(exact.outcome)
    assert other.painted


def test_a_bug_in_one_tile_ends_that_tile_only(
    family: Family, caplog: pytest.LogCaptureFixture
) -> None:
    company = company_of(family)
    broken, fine = Sitting(recipe(seed=1)), Sitting(recipe(seed=2))
    for sitting in (broken, fine):
        company.welcome(sitting.seat)
    assert broken.seat.painting is not None
    broken.seat.painting.scheduler = None

    finish(company)

    assert isinstance(broken.outcome, PaintingFailed)
    assert fine.painted
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_a_forward_that_fails_for_one_tile_ends_that_tile_only(family: Family) -> None:
    company = company_of(family)
    broken, fine = Sitting(recipe(seed=1)), Sitting(recipe(seed=2))
    for sitting in (broken, fine):
        company.welcome(sitting.seat)
    assert broken.seat.painting is not None
    broken.seat.painting.latents = torch.full_like(broken.seat.painting.latents, 1e30)

    def check(latents: torch.Tensor) -> None:
        if latents.abs().max() > 1e20:
            raise RuntimeError("an illegal number")

    with before_forward(family, check):
        finish(company)

    assert isinstance(broken.outcome, PaintingFailed)
    assert "illegal" not in str(broken.outcome)
    (alone,) = paint_together(family, [recipe(seed=2)])
    assert far_from(fine, alone) < 1e-4


def test_a_card_in_disorder_ends_the_thread_and_not_only_a_tile(family: Family) -> None:
    company = company_of(family)
    company.welcome(Sitting(recipe()).seat)

    def fail(_: torch.Tensor) -> None:
        raise torch.AcceleratorError("CUDA error: an illegal memory access was encountered")

    with before_forward(family, fail), pytest.raises(torch.AcceleratorError):
        company.turn()


def test_a_source_that_is_no_picture_ends_with_a_sentence(family: Family) -> None:
    (sitting,) = paint_together(family, [recipe(image="source")], sources={"source": b"no"})

    assert isinstance(sitting.outcome, PaintingFailed)
    assert "PNG" in str(sitting.outcome)


def test_a_model_that_is_not_loaded_ends_with_a_sentence(family: Family) -> None:
    (sitting,) = paint_together(family, [recipe(model="other")])

    assert isinstance(sitting.outcome, PaintingFailed)
    assert "other" in str(sitting.outcome)
    assert "tiny" in str(sitting.outcome)


def test_a_withdrawn_tile_leaves_at_the_next_step(family: Family) -> None:
    company = company_of(family)
    leaving, staying = Sitting(recipe(seed=1)), Sitting(recipe(seed=2))
    for sitting in (leaving, staying):
        company.welcome(sitting.seat)
    company.turn()

    leaving.seat.withdrawn = True
    finish(company)

    assert isinstance(leaving.outcome, Cancelled)
    assert len(leaving.told) == 1
    assert staying.painted


def test_a_tile_withdrawn_before_it_began_is_never_painted(family: Family) -> None:
    company = company_of(family)
    sitting = Sitting(recipe())
    sitting.seat.withdrawn = True

    company.welcome(sitting.seat)

    assert not company.busy
