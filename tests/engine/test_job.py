"""What a recipe says of its passes, and how it is kept."""

import json
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import utc_now
from engine.job import LATENT, Job, Owner, Recipe, enlarged, recipe_of
from engine.request import ImageRequest
from tests.engine.recipes import EVERYTHING, recipes

A_FOX = Recipe(
    prompt="a fox",
    model="picturebook",
    digest="f0",
    width=128,
    height=192,
    steps=20,
    guidance=5.0,
    sampler="Euler",
    seed=7,
)
OVER_AN_IMAGE = replace(A_FOX, image="ab", strength=0.25)
HIRES = replace(A_FOX, upscale=2.0, redraw=0.4)
LARGER_IMAGE = replace(A_FOX, image="ab", strength=0.0, upscale=2.0)


@pytest.mark.parametrize(
    ("recipe", "painted", "told"),
    [
        (A_FOX, (20, 0), 20),
        (OVER_AN_IMAGE, (5, 0), 20),
        (replace(OVER_AN_IMAGE, strength=0.01), (1, 0), 20),
        (replace(OVER_AN_IMAGE, strength=1.0), (20, 0), 20),
        (replace(A_FOX, upscale=2.0), (20, 0), 20),
        (HIRES, (20, 8), 28),
        (replace(HIRES, redraw=0.01), (20, 1), 21),
        (replace(HIRES, redraw=1.0), (20, 20), 40),
        (replace(HIRES, upscaler=LATENT), (20, 8), 28),
        (replace(OVER_AN_IMAGE, upscale=2.0, redraw=0.4), (5, 8), 28),
        (LARGER_IMAGE, (0, 0), 1),
        (replace(LARGER_IMAGE, redraw=0.4), (0, 8), 8),
    ],
)
def test_the_steps_of_both_passes_are_known_before_they_are_painted(
    recipe: Recipe, painted: tuple[int, int], told: int
) -> None:
    assert recipe.painted_steps == painted
    assert recipe.told_steps == told


def test_only_an_image_that_nothing_changes_is_kept() -> None:
    assert LARGER_IMAGE.keeps_image
    assert not OVER_AN_IMAGE.keeps_image
    assert not replace(A_FOX, strength=0.0).keeps_image


def test_the_picture_that_comes_out_is_enlarged_to_a_multiple_of_eight() -> None:
    assert A_FOX.final_size == (128, 192)
    assert replace(A_FOX, upscale=1.5).final_size == (192, 288)
    assert replace(A_FOX, upscale=1.3).final_size == (168, 248)
    assert replace(A_FOX, width=132, upscale=1.0).final_size == (132, 192)


@given(st.integers(8, 256).map(lambda eighths: eighths * 8), st.floats(1, 4))
def test_an_enlarged_side_is_as_near_as_a_multiple_of_eight_can_be(
    side: int, factor: float
) -> None:
    larger = enlarged(side, factor)

    assert larger % 8 == 0
    assert abs(larger - side * factor) <= 4
    assert larger >= side


def test_the_second_pass_is_a_recipe_of_the_final_size_without_a_further_one() -> None:
    second = EVERYTHING.second

    assert (second.width, second.height) == EVERYTHING.final_size == second.final_size
    assert second.strength == EVERYTHING.redraw
    assert second.outpaint is None
    assert second.redraw == 0
    assert second.painted_steps == (EVERYTHING.painted_steps[1], 0)
    changed = {"width", "height", "strength", "outpaint", "upscale", "redraw"}
    kept = {name: value for name, value in asdict(second).items() if name not in changed}
    assert kept == {name: asdict(EVERYTHING)[name] for name in kept}


def test_a_kept_image_that_is_painted_over_is_not_kept_in_the_second_pass() -> None:
    assert not replace(LARGER_IMAGE, redraw=0.4).second.keeps_image


def test_a_recipe_with_everything_comes_back_from_json() -> None:
    assert recipe_of(json.loads(json.dumps(asdict(EVERYTHING)))) == EVERYTHING
    assert recipe_of(asdict(EVERYTHING)) == EVERYTHING


def test_a_recipe_from_before_there_were_extras_is_read() -> None:
    plain = {name: value for name, value in asdict(A_FOX).items() if value or name == "exact"}

    assert "loras" not in plain
    assert recipe_of(plain) == A_FOX


@given(recipes(st.text(max_size=10)))
def test_any_recipe_comes_back_from_json(recipe: Recipe) -> None:
    assert recipe_of(json.loads(json.dumps(asdict(recipe)))) == recipe


@pytest.mark.parametrize(("spent", "cost"), [(0.0, 0.0), (0.7, 0.7), (5.0, 1.0)])
def test_a_job_that_takes_longer_costs_what_was_put_aside(spent: float, cost: float) -> None:
    job = Job(
        owner=Owner(id="local"),
        request=ImageRequest(prompt="a fox"),
        tiles=(),
        price=1.0,
        submitted=utc_now(),
        spent=spent,
    )

    assert job.cost == cost
