"""What pictures cost, and when they arrive."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.extra import Control
from engine.job import LANCZOS, LATENT, Recipe
from engine.price import CENT, Speed, Speeds, row_steps_of

A_FOX = Recipe(
    prompt="a fox",
    model="picturebook",
    digest="f0",
    width=512,
    height=512,
    steps=20,
    guidance=5.0,
    sampler="Euler",
    seed=7,
)

EDGES = Control(name="edges", digest="e1", image="ab")

recipes = st.builds(
    replace,
    st.just(A_FOX),
    width=st.integers(8, 256).map(lambda side: side * 8),
    height=st.integers(8, 256).map(lambda side: side * 8),
    steps=st.integers(1, 150),
    guidance=st.sampled_from((0.0, 1.0, 7.5)),
    image=st.sampled_from((None, "ab")),
    strength=st.floats(0.01, 1),
    upscale=st.sampled_from((1.0, 1.5, 4.0)),
    redraw=st.sampled_from((0.0, 0.01, 0.5)),
    upscaler=st.sampled_from((LANCZOS, LATENT)),
    upscaler_digest=st.sampled_from(("", "u1")),
    controls=st.sampled_from(((), (EDGES,), (EDGES, EDGES))),
)


def test_guidance_takes_two_rows() -> None:
    assert row_steps_of(A_FOX) == 40
    assert row_steps_of(replace(A_FOX, guidance=1.0)) == 20


def test_guidance_that_ends_takes_two_rows_until_then() -> None:
    assert row_steps_of(replace(A_FOX, guidance_end=0.6)) == 2 * 12 + 8
    assert row_steps_of(replace(A_FOX, guidance_end=0.7)) == 2 * 14 + 6
    assert row_steps_of(replace(A_FOX, guidance_end=0.001)) == 2 * 1 + 19
    assert row_steps_of(replace(A_FOX, guidance_end=0.6, guidance=1.0)) == 20
    assert row_steps_of(replace(A_FOX, guidance_end=0.6, sampler="Heun")) == 2 * 23 + 16


def test_of_steps_that_are_not_whole_a_part_counts() -> None:
    # All of the last five are whole, and of those before them these many.
    assert row_steps_of(replace(A_FOX, cache=2)) == 10 + 16 + 2
    assert row_steps_of(replace(A_FOX, cache=3)) == 10 + 10 + 2
    assert row_steps_of(replace(A_FOX, cache=5)) == 10 + 6 + 3
    assert row_steps_of(replace(A_FOX, cache=3, guidance=1.0)) == 5 + 5 + 1
    assert row_steps_of(replace(A_FOX, cache=3, guidance_end=0.6)) == 5 + 5 + 4 + 2
    assert row_steps_of(replace(A_FOX, cache=3, guidance_end=0.6, exact=True)) == 10 + 10 + 2
    assert row_steps_of(replace(A_FOX, cache=2, sampler="Heun")) == 20 + 30 + 3


def test_where_a_controlnet_leads_each_step_is_whole() -> None:
    edges = Control(name="edges", digest="1", image="2")

    assert row_steps_of(replace(A_FOX, cache=3, controls=(edges,))) == 40


def test_exact_forwards_are_always_of_two_rows() -> None:
    assert row_steps_of(replace(A_FOX, exact=True, guidance_end=0.6)) == 40
    assert row_steps_of(replace(A_FOX, exact=True, guidance=1.0)) == 40


def test_a_source_picture_saves_the_steps_that_are_left_out() -> None:
    assert row_steps_of(replace(A_FOX, image="ab", strength=0.25)) == 10
    assert row_steps_of(replace(A_FOX, image="ab", strength=0.01)) == 2
    assert row_steps_of(replace(A_FOX, strength=0.25)) == 40


def test_what_was_measured_holds_for_other_sizes_of_the_model_too() -> None:
    speeds = Speeds()
    speeds.expect(A_FOX, Speed(row_step=0.1, rest=1.0))

    assert speeds.knows(A_FOX)
    assert speeds.seconds(A_FOX) == pytest.approx(5.0)
    assert speeds.seconds(replace(A_FOX, width=1024)) == pytest.approx(5.0 * 2**1.1)


def test_what_was_measured_changes_nothing_of_what_was_learned() -> None:
    speeds = Speeds()
    speeds.observe(A_FOX, 3.0)

    speeds.expect(A_FOX, Speed(row_step=0.1, rest=1.0))

    assert speeds.seconds(A_FOX) == pytest.approx(3.0)


def test_a_guess_holds_until_the_first_picture() -> None:
    speeds = Speeds({"f0": Speed(row_step=0.1, rest=1.0)})

    assert speeds.seconds(A_FOX) == pytest.approx(5.0)
    assert speeds.seconds(replace(A_FOX, width=1024)) == pytest.approx(5.0 * 2**1.1)


def test_the_first_picture_is_believed() -> None:
    speeds = Speeds()

    speeds.observe(A_FOX, 3.0)

    assert speeds.price([A_FOX]) == 3.0
    assert speeds.price([A_FOX, A_FOX]) == 6.0


def test_another_size_is_estimated_from_the_nearest_known() -> None:
    speeds = Speeds()
    speeds.observe(A_FOX, 3.0)
    speeds.observe(replace(A_FOX, width=64, height=64), 2.0)

    assert speeds.seconds(replace(A_FOX, width=1024)) == pytest.approx(3.0 * 2**1.1)


def test_another_model_learns_nothing_from_this_one() -> None:
    speeds = Speeds()
    stranger = replace(A_FOX, digest="e1")
    before = speeds.seconds(stranger)

    speeds.observe(A_FOX, 300.0)

    assert speeds.seconds(stranger) == before


def test_one_outlier_changes_little() -> None:
    speeds = Speeds()
    for _ in range(10):
        speeds.observe(A_FOX, 3.0)

    speeds.observe(A_FOX, 3000.0)

    assert speeds.seconds(A_FOX) <= 3.0 * 1.25


def test_a_slow_first_picture_is_soon_forgotten() -> None:
    speeds = Speeds()
    speeds.observe(A_FOX, 60.0)

    for _ in range(10):
        speeds.observe(A_FOX, 1.0)

    assert speeds.seconds(A_FOX) == pytest.approx(1.0, rel=0.5)


def test_the_price_of_steps_and_of_the_rest_are_told_apart() -> None:
    speeds = Speeds()
    short, long = replace(A_FOX, steps=4), replace(A_FOX, steps=50)

    for _ in range(200):
        speeds.observe(short, 0.01 * 8 + 2.0)
        speeds.observe(long, 0.01 * 100 + 2.0)

    assert speeds.seconds(A_FOX) == pytest.approx(0.01 * 40 + 2.0, rel=0.05)


def test_pictures_without_guidance_are_learned_by_themselves() -> None:
    """A card may take as long for a step with one row as for one with two."""
    speeds, unguided = Speeds(), replace(A_FOX, guidance=1.0)
    speeds.observe(A_FOX, 3.0)
    guessed = speeds.seconds(unguided)

    speeds.observe(unguided, 3.0)
    kept = Speeds.from_learned(speeds.learned)

    assert guessed < 3.0
    assert [each.seconds(A_FOX) for each in (speeds, kept)] == pytest.approx([3.0, 3.0])
    assert [each.seconds(unguided) for each in (speeds, kept)] == pytest.approx([3.0, 3.0])


def test_exact_pictures_have_two_rows_a_step_whatever_their_guidance() -> None:
    speeds, exact = Speeds(), replace(A_FOX, exact=True)
    speeds.observe(exact, 3.0)
    speeds.observe(replace(A_FOX, guidance=1.0), 3.0)

    assert speeds.seconds(replace(exact, guidance=1.0)) == speeds.seconds(exact)


def test_what_was_kept_before_that_is_of_pictures_with_guidance() -> None:
    speeds = Speeds()
    speeds.observe(A_FOX, 3.0)
    [row] = speeds.learned
    before = {name: value for name, value in row.items() if name != "lone"}

    assert Speeds.from_learned([before]).seconds(A_FOX) == pytest.approx(3.0)


def test_nonsense_is_not_learned() -> None:
    speeds = Speeds()
    before = speeds.seconds(A_FOX)

    for nonsense in (0.0, -1.0, float("nan"), float("inf")):
        speeds.observe(A_FOX, nonsense)

    assert speeds.seconds(A_FOX) == before


def test_no_picture_is_free_but_none_costs_nothing() -> None:
    speeds = Speeds()
    speeds.observe(A_FOX, 0.0001)

    assert speeds.price([A_FOX]) == CENT
    assert speeds.price([]) == 0.0


observations = st.lists(st.tuples(recipes, st.floats(1e-6, 1e6)), max_size=12)


@given(seen=observations, recipe=recipes)
def test_no_price_is_ever_negative(seen: list[tuple[Recipe, float]], recipe: Recipe) -> None:
    speeds = Speeds()
    for other, seconds in seen:
        speeds.observe(other, seconds)

    assert speeds.price([recipe]) > 0
    assert speeds.seconds(recipe) > 0


@given(seen=observations, recipe=recipes, more=st.integers(1, 100))
def test_more_steps_never_cost_less(
    seen: list[tuple[Recipe, float]], recipe: Recipe, more: int
) -> None:
    speeds = Speeds()
    for other, seconds in seen:
        speeds.observe(other, seconds)

    longer = replace(recipe, steps=recipe.steps + more)

    assert speeds.seconds(longer) >= speeds.seconds(recipe)
    assert speeds.price([longer]) >= speeds.price([recipe])


@given(seen=observations, recipe=recipes, more=st.floats(0, 0.5))
def test_to_redraw_more_never_costs_less(
    seen: list[tuple[Recipe, float]], recipe: Recipe, more: float
) -> None:
    speeds = Speeds()
    for other, seconds in seen:
        speeds.observe(other, seconds)
    enlarged = replace(recipe, upscale=2.0)

    stronger = replace(enlarged, redraw=enlarged.redraw + more)

    assert speeds.price([stronger]) >= speeds.price([enlarged])


@given(seen=observations, recipe=recipes, truth=st.floats(0.01, 1000))
def test_the_estimate_comes_to_what_is_observed(
    seen: list[tuple[Recipe, float]], recipe: Recipe, truth: float
) -> None:
    speeds = Speeds()
    for other, seconds in seen:
        speeds.observe(other, seconds)

    for _ in range(80):
        speeds.observe(recipe, truth)

    assert speeds.seconds(recipe) == pytest.approx(truth, rel=0.05)
