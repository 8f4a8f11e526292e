"""What enlarging, painting over and following a picture cost beside the painting."""

from dataclasses import replace

import pytest

from engine.job import LANCZOS, LATENT
from engine.price import CENT, Speed, Speeds, row_steps_of
from tests.engine.test_price import A_FOX, EDGES

LONG = "a red boat, " * 500


def test_more_to_read_costs_more_and_is_learned() -> None:
    guess = Speeds({"f0": Speed(row_step=0.1, rest=0.0)})
    learned = Speeds({"f0": Speed(row_step=0.1, rest=0.0)})
    long = replace(A_FOX, prompt=LONG)
    learned.observe(A_FOX, 4.0)
    learned.observe(long, 20.0)

    assert guess.price([long]) > 2 * guess.price([A_FOX])
    assert guess.price([replace(A_FOX, negative=LONG)]) == guess.price([long])
    assert learned.price([long]) == 20.0
    assert learned.price([A_FOX]) == 4.0
    assert Speeds.from_learned(learned.learned).price([long]) == 20.0


def test_without_guidance_what_is_not_wanted_is_not_read() -> None:
    speeds = Speeds()

    assert speeds.price([replace(A_FOX, guidance=1.0, negative=LONG)]) == speeds.price(
        [replace(A_FOX, guidance=1.0)]
    )


def test_a_second_pass_takes_rows_of_its_own() -> None:
    assert row_steps_of(replace(A_FOX, upscale=2.0)) == 40
    assert row_steps_of(replace(A_FOX, upscale=2.0, redraw=0.25)) == 40 + 10
    assert row_steps_of(replace(A_FOX, upscale=2.0, redraw=0.25, guidance=1.0)) == 20 + 5
    assert row_steps_of(replace(A_FOX, upscale=2.0, redraw=0.5, guidance_end=0.5)) == 30 + 15
    assert row_steps_of(replace(A_FOX, upscale=2.0, redraw=0.25, cache=3)) == 22 + 7
    kept = replace(A_FOX, image="ab", strength=0.0, upscale=2.0)
    assert row_steps_of(kept) == 0
    assert row_steps_of(replace(kept, redraw=0.25)) == 10


def test_more_work_has_a_higher_price() -> None:
    speeds = Speeds()
    speeds.observe(A_FOX, 3.0)
    rising = [
        replace(A_FOX, image="ab", strength=0.5),
        A_FOX,
        replace(A_FOX, upscale=2.0),
        replace(A_FOX, upscale=4.0),
        replace(A_FOX, upscale=4.0, redraw=0.1),
        replace(A_FOX, upscale=4.0, redraw=0.5),
        replace(A_FOX, upscale=4.0, redraw=0.5, controls=(EDGES,)),
        replace(A_FOX, upscale=4.0, redraw=0.5, controls=(EDGES, EDGES)),
    ]

    prices = [speeds.price([recipe]) for recipe in rising]

    assert prices == sorted(set(prices))


def test_an_image_that_is_only_enlarged_costs_no_painting() -> None:
    speeds = Speeds({"f0": Speed(row_step=100.0, rest=100.0)})
    kept = replace(A_FOX, image="ab", strength=0.0, upscale=2.0)

    assert speeds.price([kept]) < 10
    assert speeds.price([replace(kept, redraw=0.5)]) > 1000


def test_a_controlnet_is_half_a_network_more() -> None:
    speeds = Speeds()
    speeds.observe(A_FOX, 3.0)

    assert speeds.price([replace(A_FOX, controls=(EDGES,))]) == 4.5
    assert speeds.price([replace(A_FOX, controls=(EDGES, EDGES))]) == 6.0
    guess = Speeds({"f0": Speed(row_step=0.1, rest=0.0)})
    assert guess.price([replace(A_FOX, controls=(EDGES,))]) == 6.0


def test_latents_are_enlarged_for_nothing() -> None:
    hires = replace(A_FOX, upscale=2.0, redraw=0.5)

    prices = [Speeds().price([replace(hires, upscaler=name)]) for name in (LATENT, LANCZOS)]

    assert prices[0] < prices[1]


def test_a_slow_upscaler_makes_painting_no_dearer() -> None:
    speeds = Speeds()
    larger = replace(A_FOX, upscale=4.0, upscaler="4x", upscaler_digest="u1")
    speeds.observe(A_FOX, 3.0)

    for _ in range(5):
        speeds.observe(larger, 63.0)

    assert speeds.price([A_FOX]) == 3.0
    assert speeds.price([larger]) == 63.0
    # The same network sees as much, however large the picture becomes.
    assert speeds.price([replace(larger, upscale=2.0)]) == 63.0
    assert speeds.price([replace(larger, upscaler_digest="u2")]) < 63.0


def test_a_picture_that_was_too_quick_for_its_known_part_teaches_all_its_parts() -> None:
    speeds = Speeds()
    larger = replace(A_FOX, upscale=4.0)
    for _ in range(3):
        speeds.observe(A_FOX, 60.0)

    for _ in range(40):
        speeds.observe(larger, 1.0)

    assert speeds.seconds(larger) == pytest.approx(1.0, rel=0.1)
    assert speeds.seconds(A_FOX) < 1.0


def test_what_takes_no_time_by_the_guess_teaches_nothing() -> None:
    speeds = Speeds({"upscaler Lanczos": Speed(row_step=1.0, rest=0.0)})
    kept = replace(A_FOX, image="ab", strength=0.0, upscale=2.0)

    speeds.observe(kept, 3.0)

    assert speeds.price([kept]) == CENT
