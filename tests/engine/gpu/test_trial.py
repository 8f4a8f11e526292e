"""A curve is what the clock says of the company's own steps."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
import torch

from engine.card import ModelCard
from engine.gpu.budget import need_of
from engine.gpu.families.flux import Flux
from engine.gpu.families.sd import StableDiffusion
from engine.gpu.families.sdxl import StableDiffusionXL
from engine.gpu.family import Family
from engine.gpu.trial import STEPS
from tests.engine.gpu import tiny
from tests.engine.gpu.house import (
    ALWAYS_GAINS,
    BEND_AT_4,
    BESIDES,
    SIDE,
    House,
    UnsteadyClock,
    small,
)
from tests.engine.gpu.test_budget import Card
from tests.engine.gpu.together import CARD, before_forward


@pytest.fixture(scope="module")
def family(pipe: Any) -> Family:
    return small(pipe)


def test_a_curve_is_what_the_clock_says_of_steps_so_wide(family: Family) -> None:
    curve = House(family, ALWAYS_GAINS).curve()

    assert (curve.width, curve.height) == (SIDE, SIDE)
    assert dict(curve.steps) == ALWAYS_GAINS
    assert curve.knee == 16


def test_first_steps_and_single_slow_ones_do_not_count(family: Family) -> None:
    curve = House(family, ALWAYS_GAINS, clock=UnsteadyClock).curve()

    assert {rows: round(seconds, 6) for rows, seconds in curve.steps} == {
        rows: ALWAYS_GAINS[rows] for rows in (1, 2, 4)
    }
    assert curve.alone.rest == pytest.approx(2 * BESIDES)


def test_where_a_row_costs_no_less_nothing_wider_is_painted(family: Family) -> None:
    house = House(family)

    curve = house.curve()

    assert dict(curve.steps) == {rows: BEND_AT_4[rows] for rows in (1, 2, 4, 8)}
    assert curve.knee == 4
    assert max(house.widths) == 8


def test_a_model_that_takes_long_is_not_measured_for_long(family: Family) -> None:
    slow = {rows: 100 * seconds for rows, seconds in ALWAYS_GAINS.items()}
    house = House(family, slow)

    curve = house.curve()

    assert curve.knee == 4
    assert house.widths.count(4) == STEPS
    assert max(house.widths) == 4


def test_running_out_of_memory_ends_a_curve(family: Family) -> None:
    house = House(family, ALWAYS_GAINS)

    def narrow(latents: torch.Tensor) -> None:
        if len(latents) > 8:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    with before_forward(family, narrow):
        curve = house.curve()

    assert [rows for rows, _ in curve.steps] == [1, 2, 4, 8]


def test_room_that_is_there_only_at_first_is_none(family: Family) -> None:
    house = House(family, ALWAYS_GAINS)

    def full_at_the_last(latents: torch.Tensor) -> None:
        if len(latents) == 8 and house.widths.count(8) == STEPS - 1:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    with before_forward(family, full_at_the_last):
        curve = house.curve()

    assert [rows for rows, _ in curve.steps] == [1, 2, 4]


def test_what_memory_is_known_to_have_no_room_for_is_not_tried(family: Family) -> None:
    house = House(family, ALWAYS_GAINS)
    pixel = SIDE * SIDE
    house.budget.gauge = Card(7 * pixel)
    house.budget.needs[CARD.name] = need_of({1: 1, 2: 2})

    curve = house.curve()

    assert [rows for rows, _ in curve.steps] == [1, 2, 4]
    assert max(house.widths) == 6


@pytest.mark.parametrize("good", [0, 2])
def test_a_model_whose_pictures_come_to_nothing_has_no_curve(family: Family, good: int) -> None:
    decoded: list[int] = []

    def fail(*_: Any) -> None:
        decoded.append(1)
        if len(decoded) > good:
            raise RuntimeError("a bug")

    handle = family.pipe.vae.decoder.register_forward_pre_hook(fail)
    try:
        assert House(family).measure() == {}
    finally:
        handle.remove()


def test_nothing_is_left_behind(family: Family) -> None:
    house = House(family)

    house.measure()

    assert not house.company.busy
    assert not house.meter.heard


def test_a_price_is_what_a_picture_takes_by_itself(family: Family) -> None:
    """Two rows a step; text and noise before it, decoding after it."""
    curve = House(family).curve()

    assert curve.alone.row_step == BEND_AT_4[2] / 2
    assert curve.alone.rest == pytest.approx(2 * BESIDES)


@pytest.mark.parametrize(
    ("make", "kind", "widths"),
    [(tiny.sdxl, StableDiffusionXL, [1, 2, 4, 8]), (tiny.flux, Flux, [1, 2, 4, 8])],
)
def test_models_of_other_families_are_measured_too(
    make: Callable[[], Any], kind: type[Family], widths: list[int]
) -> None:
    card = card_of(kind)
    with torch.inference_mode():
        house = House(kind(make(), card))

    curve = house.curve()

    assert [rows for rows, _ in curve.steps] == widths
    assert curve.knee == 4


def test_a_price_counts_two_rows_where_guidance_takes_only_one() -> None:
    with torch.inference_mode():
        house = House(Flux(tiny.flux(), card_of(Flux)))

    assert house.curve().alone.row_step == BEND_AT_4[1] / 2


@pytest.mark.parametrize(
    ("changes", "row_step"), [({"guidance": 1.0}, BEND_AT_4[1]), ({"sampler": "Heun"}, 0.02)]
)
def test_a_price_is_of_the_rows_and_steps_that_the_model_likes_best(
    family: Family, changes: Mapping[str, Any], row_step: float
) -> None:
    """Without guidance a step has one row, and some samplers ask twice a step."""
    with torch.inference_mode():
        house = House(StableDiffusion(family.pipe, replace(family.card, **changes)))

    assert house.curve().alone.row_step == pytest.approx(row_step)


def card_of(kind: type[Family]) -> ModelCard:
    return replace(CARD, name=kind.__name__, width=SIDE, height=SIDE, guidance=3.5)
