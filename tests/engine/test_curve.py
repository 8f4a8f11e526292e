"""How wide a step should be, by how long steps of so many rows take."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from engine.curve import LEAST_ROWS, NEAR, WIDEST, Curve, curves_of, knee_at
from engine.price import Speed
from tests.fakes import FakePainter

ALONE = Speed(row_step=0.002, rest=0.02)
# Modelled for an H100, in milliseconds by rows.
SD15_512 = {1: 3.79, 2: 5.66, 4: 9.21, 8: 16.3, 12: 23.05, 16: 29.8}
SD15_768 = {1: 7.53, 2: 13.1, 4: 23.7, 8: 45.4, 12: 66.2, 16: 87.0}
SDXL_1024 = {1: 18.2, 2: 30.0, 4: 52.9, 8: 96.4, 12: 137.7, 16: 179.0}
SD3_1024 = {1: 19.7, 2: 34.7, 4: 66.9, 8: 131.0, 16: 261.0}
FLUX_1024 = {1: 131.0, 2: 247.0, 4: 486.0, 8: 955.0}


def curve(milliseconds: Mapping[int, float], side: int = 512) -> Curve:
    steps = tuple((rows, each / 1000) for rows, each in milliseconds.items())
    return Curve(width=side, height=side, steps=steps, alone=ALONE)


@pytest.mark.parametrize(
    ("milliseconds", "side", "knee"),
    [
        (SD15_512, 512, 12),
        (SD15_768, 768, 8),
        (SDXL_1024, 1024, 8),
        (SD3_1024, 1024, 2),
        (FLUX_1024, 1024, 2),
    ],
)
def test_the_knee_is_where_wider_steps_hardly_gain(
    milliseconds: Mapping[int, float], side: int, knee: int
) -> None:
    assert curve(milliseconds, side).knee == knee


def test_noise_does_not_make_steps_wide() -> None:
    flat = {rows: 10.0 * rows for rows in (1, 2, 4, 8, 12, 16)}
    lucky = {**flat, 16: flat[16] * 0.98}

    assert curve(flat).knee == curve(lucky).knee == LEAST_ROWS


def test_a_single_row_that_was_made_ready_says_nothing_of_wider_steps() -> None:
    assert curve({**SD15_768, 1: 2.0}, 768).knee == 8


def test_a_curve_that_memory_ended_knows_no_wider_step() -> None:
    assert curve({1: 3.79, 2: 5.66, 4: 9.21}).knee == 4
    assert curve({1: 3.79}).knee == LEAST_ROWS


def test_a_row_costs_what_it_costs_at_the_knee() -> None:
    assert curve(SD15_512).row_seconds == pytest.approx(0.02305 / 12)


def test_a_picture_without_guidance_has_a_speed_of_its_own() -> None:
    assert curve(SD15_512).lone == Speed(row_step=0.00379, rest=ALONE.rest)
    assert curve({2: 5.66}).lone is None


def test_another_size_has_as_many_pixels_in_its_steps() -> None:
    known = [curve(SD15_512)]

    assert knee_at(512 * 512, known) == 12
    assert knee_at(768 * 512, known) == 8
    assert knee_at(256 * 256, known) == WIDEST
    assert knee_at(2048 * 2048, known) == LEAST_ROWS


def test_where_two_sizes_were_measured_those_between_are_on_the_line() -> None:
    known = [curve(SD15_512), curve(SD15_768, 768)]

    assert [knee_at(side * side, known) for side in (512, 640, 768)] == [12, 9, 8]
    assert knee_at(640 * 512, known) == 10
    assert knee_at(1024 * 1024, known) == 4
    assert knee_at(448 * 448, known) == 15
    assert knee_at(640 * 640, known[::-1]) == 9


def test_by_pixels_a_row_of_another_size_costs_hardly_more_than_where_it_costs_least() -> None:
    """Between two rows that were measured a step takes as long as the line says."""
    rows = knee_at(768 * 768, [curve(SD15_512)])
    less, more = 4, 8
    seconds = SD15_768[less] + (SD15_768[more] - SD15_768[less]) * (rows - less) / (more - less)

    best = min(each / rows for rows, each in SD15_768.items())

    assert less < rows < more
    assert seconds / rows <= best * (1 + NEAR)


def test_a_curve_can_be_kept() -> None:
    kept = json.loads(json.dumps(curve(SDXL_1024, 1024).to_dict()))

    assert Curve.from_dict(kept) == curve(SDXL_1024, 1024)


def test_what_was_compiled_is_kept_with_it() -> None:
    compiled = replace(curve(SDXL_1024, 1024), compiled=(2, 4, 8))

    assert Curve.from_dict(json.loads(json.dumps(compiled.to_dict()))) == compiled


def test_a_curve_that_says_nothing_of_it_is_of_no_compiled_steps() -> None:
    told = curve({2: 5.0}).to_dict()
    del told["compiled"]

    assert Curve.from_dict(told).compiled == ()


RIGHT: dict[str, Any] = curve({2: 5.0}).to_dict()


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        {},
        {**RIGHT, "steps": []},
        {**RIGHT, "steps": [[2, 0.0]]},
        {**RIGHT, "steps": [[2, float("nan")]]},
        {**RIGHT, "steps": [[2, float("inf")]]},
        {**RIGHT, "steps": [[0, 0.1]]},
        {**RIGHT, "steps": [[4, 0.2], [2, 0.1]]},
        {**RIGHT, "steps": [[2, 0.1], [2, 0.1]]},
        {**RIGHT, "steps": [[2]]},
        {**RIGHT, "steps": [[10**30, 0.1]]},
        {**RIGHT, "steps": [[17, 0.1]]},
        {**RIGHT, "steps": [[2.9, 0.1]]},
        {**RIGHT, "steps": [[True, 1]]},
        {**RIGHT, "steps": [["2", 0.1]]},
        {**RIGHT, "steps": [[2, "0.1"]]},
        {**RIGHT, "steps": [[2, True]]},
        {**RIGHT, "steps": [[2, 1e308]]},
        {**RIGHT, "steps": [[2, 1e-320]]},
        {**RIGHT, "steps": [[2, 10**400]]},
        {**RIGHT, "steps": 7},
        {**RIGHT, "compiled": 2},
        {**RIGHT, "compiled": [4]},
        {**RIGHT, "compiled": [2.0]},
        {**RIGHT, "compiled": ["2"]},
        {**RIGHT, "width": 0},
        {**RIGHT, "width": float("inf")},
        {**RIGHT, "width": 10**30},
        {**RIGHT, "height": 512.0},
        {**RIGHT, "alone": {"row_step": 0.0, "rest": 0.0}},
        {**RIGHT, "alone": {"row_step": 1e-300, "rest": 0.1}},
        {**RIGHT, "alone": {"row_step": 0.1, "rest": 1e300}},
        {**RIGHT, "alone": {"row_step": 0.1, "rest": -0.1}},
        {**RIGHT, "alone": None},
    ],
)
def test_what_is_no_curve_is_refused(told: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Curve.from_dict(told)


def test_a_painter_that_measures_nothing_has_no_curves() -> None:
    assert curves_of(FakePainter()) == {}
