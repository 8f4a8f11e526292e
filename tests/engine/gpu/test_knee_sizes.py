"""What is measured at a larger size holds there, and up to it on the line between the two."""

from pathlib import Path
from typing import Any

import pytest
import torch

from engine.gpu.budget import need_of
from engine.gpu.curves import Curves
from engine.gpu.families.sd import StableDiffusion
from engine.gpu.family import Family
from engine.gpu.kept import Kept
from engine.gpu.rows import Rows
from engine.gpu.switches.tracks import Tracks
from engine.job import Recipe
from tests.engine.gpu.house import BEND_AT_4, SIDE, House, small
from tests.engine.gpu.switches.recording import FakeRecorder
from tests.engine.gpu.test_budget import Card
from tests.engine.gpu.together import CARD, CPU, before_forward

LARGER = SIDE * 3 // 2
BEND_AT_2 = {1: 0.1, 2: 0.15, 4: 0.3}


@pytest.fixture(scope="module")
def family(pipe: Any) -> Family:
    return small(pipe, largest=2 * SIDE)


def test_a_larger_size_has_a_curve_of_its_own(family: Family) -> None:
    usual, larger = House(family, larger=BEND_AT_2).measure()[CARD.name]

    assert (usual.width, usual.height, usual.knee) == (SIDE, SIDE, 4)
    assert (larger.width, larger.height, larger.knee) == (LARGER, LARGER, 2)
    assert dict(larger.steps) == BEND_AT_2
    assert larger.alone.row_step == BEND_AT_2[2] / 2


def test_forwards_of_each_size_are_as_wide_as_its_own_knee_says(family: Family) -> None:
    house = House(family, larger=BEND_AT_2)

    house.measure()

    sides = (SIDE, SIDE + 8, LARGER, 2 * LARGER)
    assert [house.budget.rows(CARD.name, side**2) for side in sides] == [4, 3, 2, 2]


def test_a_larger_size_than_the_model_paints_is_not_measured(pipe: Any) -> None:
    house = House(small(pipe, largest=LARGER - 8))

    assert len(house.measure()[CARD.name]) == 1


def test_a_larger_size_that_may_not_fit_is_not_tried(family: Family) -> None:
    house = House(family)
    sides: set[int] = set()
    house.budget.gauge = Card(2 * SIDE**2 * 2)
    house.budget.needs[CARD.name] = need_of({1: 1, 2: 2})

    with before_forward(family, lambda latents: sides.add(latents.shape[-1])):
        curves = house.measure()[CARD.name]

    assert len(curves) == len(sides) == 1


def test_what_fails_at_the_larger_size_leaves_the_usual_one(family: Family) -> None:
    house = House(family)
    usual: list[int] = []

    def fail(latents: torch.Tensor) -> None:
        usual.append(latents.shape[-1])
        if latents.shape[-1] > usual[0]:
            raise RuntimeError("a bug")

    with before_forward(family, fail):
        curves = house.measure()[CARD.name]

    assert [curve.width for curve in curves] == [SIDE]
    assert house.budget.curves[CARD.name] == curves


def test_both_sizes_are_kept(family: Family, tmp_path: Path) -> None:
    first = House(family, larger=BEND_AT_2).measure(Curves(Kept(tmp_path)))
    second = House(family)

    assert second.measure(Curves(Kept(tmp_path))) == first
    assert second.widths == []


class Full(StableDiffusion):
    """Has no memory left when it is to be made ready."""

    def first_rows(self, recipe: Recipe) -> Rows:
        raise torch.OutOfMemoryError("CUDA out of memory.")


def test_without_memory_to_make_it_ready_a_picture_is_timed_as_it_is(
    pipe: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with torch.inference_mode():
        house = House(Full(pipe, small(pipe).card))

    assert house.curve().alone.row_step == BEND_AT_4[2] / 2
    assert "is not made ready: CUDA out of memory." in caplog.text
    assert house.warm.has_idle


def test_a_price_is_of_what_was_made_ready(pipe: Any) -> None:
    """As it is asked often, while widths are compared as the network is."""
    family, recorder = small(pipe), FakeRecorder()
    family.tracks = Tracks(family.network, family.ask_of, CPU, recorder=recorder)
    played_by_then: list[int] = []

    def note(latents: torch.Tensor) -> None:
        if len(latents) == max(BEND_AT_4):
            played_by_then.append(recorder.played)

    house = House(family, {rows: 0.04 - rows / 1000 for rows in BEND_AT_4})
    with before_forward(family, note):
        house.measure()

    assert recorder.recorded == 2, "with guidance and without"
    assert {*played_by_then} == {0}
    assert recorder.played
