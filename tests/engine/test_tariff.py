"""What a picture costs where several paint, each in its own time."""

import json
from dataclasses import replace

import pytest

from engine.job import Recipe
from engine.price import CENT
from engine.request import ImageRequest
from engine.tariff import Tariff
from engine.tiles import tiles_of
from tests.fakes import BOOK

A_FOX: Recipe = tiles_of(ImageRequest(prompt="a fox"), BOOK, seed=0)[0].recipe


def test_a_price_is_what_the_painters_take_on_average() -> None:
    tariff = Tariff()
    tariff.welcome(["quick", "slow"])
    tariff.observe(A_FOX, 2.0, "quick")
    tariff.observe(A_FOX, 6.0, "slow")

    assert tariff.price([A_FOX, A_FOX]) == pytest.approx(8.0)


def test_who_never_painted_with_a_model_has_no_say() -> None:
    tariff = Tariff()
    tariff.welcome(["quick", "new"])
    tariff.observe(A_FOX, 2.0, "quick")

    assert tariff.price([A_FOX]) == pytest.approx(2.0)
    assert tariff.knows(A_FOX)
    assert tariff.knows(A_FOX, "quick")
    assert not tariff.knows(A_FOX, "new")


def test_who_is_gone_has_no_say() -> None:
    tariff = Tariff()
    tariff.observe(A_FOX, 60.0, "an old card")
    tariff.observe(A_FOX, 2.0, "a new card")

    tariff.welcome(["a new card"])

    assert tariff.price([A_FOX]) == pytest.approx(2.0)


def test_no_picture_is_free_but_none_costs_nothing() -> None:
    tariff = Tariff()
    tariff.observe(A_FOX, 0.0001, "quick")

    assert tariff.price([A_FOX]) == CENT
    assert tariff.price([]) == 0.0


def test_what_was_learned_can_be_kept() -> None:
    tariff = Tariff()
    tariff.observe(A_FOX, 3.0, "quick")
    tariff.observe(replace(A_FOX, width=768), 4.0, "slow")

    again = Tariff.from_json(tariff.to_json())

    assert again.seconds(A_FOX) == tariff.seconds(A_FOX)
    assert again.to_json() == tariff.to_json()


def test_what_was_kept_without_names_holds_for_whoever_paints() -> None:
    one = Tariff()
    one.observe(A_FOX, 3.0, "cpu")
    [rows] = Tariff.from_json(one.to_json()).learned.values()
    tariff = Tariff.from_json(json.dumps(rows))

    tariff.welcome(["first", "second"])
    tariff.observe(A_FOX, 3.0, "first")

    assert tariff.knows(A_FOX, "second")
    assert tariff.price([A_FOX]) == pytest.approx(3.0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1]",
        "7",
        '{"a": 1}',
        '[{"model": "m", "width": 0, "height": 8, "row_step": 1, "rest": 1}]',
        '[{"model": "m", "width": 8, "height": 8, "row_step": NaN, "rest": 1}]',
        '[{"model": "m", "width": 8, "height": 8, "row_step": 1, "rest": -1}]',
        '[{"model": "m", "width": Infinity, "height": 8, "row_step": 1, "rest": 1}]',
        '{"cpu": [{"model": "m", "width": 0, "height": 8, "row_step": 1, "rest": 1}]}',
        "[" * 100_000,
    ],
)
def test_what_was_not_written_by_us_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Tariff.from_json(text)
