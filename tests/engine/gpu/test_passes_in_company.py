"""Tiles that are painted twice take turns, tell their steps and run out of memory like others."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from engine.errors import Cancelled, OutOfMemory
from engine.gpu.clock import Done
from engine.gpu.company import Company
from engine.gpu.family import Family
from engine.gpu.warm import Warm
from engine.job import LATENT, Recipe
from engine.ladder import Rung
from engine.turns import Turns
from tests.engine.gpu import tiny
from tests.engine.gpu.test_memory import Rearranged, memory_of
from tests.engine.gpu.together import (
    CPU,
    Sitting,
    company_of,
    family_of,
    far_from,
    paint_together,
    recipe,
)
from tests.engine.gpu.twice import FILES, UPSCALERS, array, paint, twice


@pytest.mark.parametrize("upscaler", UPSCALERS)
@pytest.mark.parametrize("redraw", [0.01, 0.5, 1.0])
@pytest.mark.parametrize("first", [{}, {"image": "source", "strength": 0.4}])
def test_steps_are_told_one_by_one_to_the_last(
    family: Family, first: dict[str, Any], redraw: float, upscaler: str
) -> None:
    asked = twice(recipe(**first), upscaler, redraw=redraw)

    sitting = paint(family, asked)

    spared = asked.steps - asked.painted_steps[0]
    assert [step for step, _ in sitting.told] == list(range(spared + 1, asked.told_steps + 1))
    assert len(sitting.told) == sum(asked.painted_steps)


# Those that look twice for a step, that look once more, and that begin in their own way.
@pytest.mark.parametrize("sampler", ["DDIM", "DPM2 a", "Heun", "LCM", "PNDM", "UniPC"])
def test_steps_go_up_whatever_the_sampler(family: Family, sampler: str) -> None:
    asked = twice(recipe(sampler=sampler, steps=4), upscale=1.25)

    sitting = paint(family, asked)

    steps = [step for step, _ in sitting.told]
    assert steps == sorted(steps)
    # PNDM looks once more than it has steps, and tells one of them twice.
    assert list(dict.fromkeys(steps)) == list(range(1, asked.told_steps + 1))


def test_both_passes_are_shown(family: Family) -> None:
    sitting = paint(family, twice(recipe()))

    sizes = {step: preview.size for step, preview in sitting.told if preview}
    assert sizes == {4: (8, 8), 7: (16, 16)}


class Ticks:
    """Every piece of work that was started takes a second."""

    def __init__(self) -> None:
        self._started = 0.0

    def start(self) -> None:
        self._started = 1.0

    def stop(self, done: Done) -> None:
        done(self._started)
        self._started = 0.0

    def drain(self) -> None:
        """Nothing is ahead."""


@pytest.mark.parametrize(("asked", "seconds"), [(recipe(), 7), (twice(recipe()), 11)])
def test_seconds_are_those_of_both_passes(family: Family, asked: Recipe, seconds: int) -> None:
    warm = Warm.of({family.card.name: family})
    company = Company(warm, CPU, Turns(most_rows=16), clock=Ticks())
    sitting = Sitting(asked)

    company.welcome(sitting.seat)
    while company.busy:
        company.turn()

    # A beginning, the steps, and what follows the last of each pass.
    assert sitting.painted.seconds == seconds


def mixed() -> list[Recipe]:
    return [
        twice(recipe(seed=1)),
        twice(recipe(seed=2, sampler="Euler a"), LATENT),
        recipe(seed=3, steps=9),
        recipe(seed=4, width=128, height=128),
        twice(recipe(seed=5, guidance=1.0), redraw=0.3),
        twice(recipe(seed=6, image="source", strength=0.0)),
    ]


@pytest.mark.parametrize("turns_between", [0, 2])
def test_company_changes_both_passes_by_rounding_only(family: Family, turns_between: int) -> None:
    alone = [paint(family, each) for each in mixed()]

    together = paint_together(family, mixed(), sources=FILES, turns_between=turns_between)

    # A first picture has whole colours only, so what was rounded may come back larger.
    assert max(map(far_from, together, alone)) < 1e-2
    assert far_from(together[1], alone[1]) < 1e-4


@pytest.mark.parametrize("turns_between", [0, 2])
def test_an_exact_tile_knows_no_company(family: Family, turns_between: int) -> None:
    exact = [replace(each, exact=True) for each in mixed()]
    alone = [paint(family, each) for each in exact]

    together = paint_together(
        family, [*exact, *mixed()[:2]], sources=FILES, turns_between=turns_between
    )

    for one, other in zip(together, alone, strict=False):
        assert torch.equal(one.latents, other.latents)
        assert np.array_equal(array(one.painted.image), array(other.painted.image))


def test_a_second_pass_shares_forwards_with_tiles_of_its_size(family: Family) -> None:
    rows: list[tuple[int, int]] = []
    handle = family.network.register_forward_pre_hook(
        lambda _, inputs: rows.append((len(inputs[0]), inputs[0].shape[-1]))
    )

    try:
        paint_together(family, [twice(recipe(steps=5)), recipe(width=128, height=128, steps=12)])
    finally:
        handle.remove()

    assert (4, 16) in rows


@pytest.fixture
def scarce() -> Family:
    """A model of its own, since what is done to it stays, on something that is no CPU."""
    family = family_of(tiny.pipeline())
    family.relief = Rearranged(family.pipe, family.network, CPU)
    return family


@pytest.mark.parametrize("upscaler", UPSCALERS)
def test_rows_are_halved_where_only_the_second_pass_is_too_wide(
    scarce: Family, upscaler: str
) -> None:
    asked = twice(recipe(), upscaler)
    plenty = paint(scarce, asked)

    with memory_of(scarce, lambda _: 4, scarce.network):
        painted = paint(scarce, asked)

    assert far_from(painted, plenty) < 1e-2
    assert Rung.HALVE in " ".join(painted.painted.notes)
    assert not scarce.relief.in_force


@pytest.mark.parametrize(("part", "room"), [("encoder", 600), ("decoder", 8)])
def test_tiles_are_taken_where_only_the_second_pass_is_too_large(
    scarce: Family, part: str, room: int
) -> None:
    asked = twice(recipe(width=128, height=128, steps=2))

    with memory_of(scarce, lambda _: room, scarce.pipe.vae.get_submodule(part)):
        painted = paint(scarce, asked)

    assert painted.painted.image.size == (256, 256)
    assert Rung.TILE in " ".join(painted.painted.notes)
    assert scarce.relief.in_force == {Rung.TILE}


def test_where_the_second_pass_fits_nowhere_the_first_is_offered(scarce: Family) -> None:
    with memory_of(scarce, lambda _: 3, scarce.network):
        painted = paint(scarce, twice(recipe()))
        plain = paint(scarce, recipe())

    assert isinstance(painted.outcome, OutOfMemory)
    assert "A picture of 128x128 does not fit" in str(painted.outcome)
    assert "Ask for it without upscaling" in str(painted.outcome)
    assert plain.painted


@pytest.mark.parametrize("steps", [5, 6])
def test_a_tile_that_is_withdrawn_between_its_passes_ends(family: Family, steps: int) -> None:
    company = company_of(family)
    leaving, staying = Sitting(twice(recipe())), Sitting(recipe(steps=9))
    for sitting in (leaving, staying):
        company.welcome(sitting.seat)
    while len(leaving.told) < steps:
        company.turn()

    leaving.seat.withdrawn = True
    while company.busy:
        company.turn()

    assert isinstance(leaving.outcome, Cancelled)
    assert len(leaving.told) == steps
    assert staying.painted


def test_a_second_pass_that_breaks_ends_that_tile_only(family: Family) -> None:
    def check(_: Any, inputs: tuple[torch.Tensor, ...]) -> None:
        if inputs[0].shape[-1] == 16:
            raise ValueError("a bug")

    handle = family.network.register_forward_pre_hook(check)
    try:
        broken, plain = paint_together(family, [twice(recipe()), recipe(steps=12)])
    finally:
        handle.remove()

    assert "Something broke" in str(broken.outcome)
    assert plain.painted
