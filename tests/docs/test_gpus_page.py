"""The page of graphics cards says what `easel doctor` says."""

import re

from bot.fits import HALF, KINDS, Memory, rung_here
from bot.model_words import GIB
from tests.docs.cards import by_card, by_model, written
from tests.docs.pages import page

HERE = page("docs/gpus.md")


def test_how_large_a_card_must_be_is_as_the_doctor_computes_it() -> None:
    assert "\n".join(written(by_model())) in HERE.text


def test_what_fits_on_a_card_is_as_the_doctor_computes_it() -> None:
    assert "\n".join(written(by_card())) in HERE.text


def test_what_a_processor_needs_is_as_the_doctor_computes_it() -> None:
    told = [row for row in HERE.rows(columns=3) if "GiB" in row[1]]

    assert len(told) == 2
    for (model, side), usual, chosen in ((row[0].split(", "), row[1], row[2]) for row in told):
        [free], [least, models] = _numbers(usual), _numbers(chosen)
        assert _fits(model, int(side), models=free // 2, whole=free)
        assert not _fits(model, int(side), models=(free - 1) // 2, whole=free - 1)
        assert _fits(model, int(side), models=models, whole=least)
        assert not _fits(model, int(side), models=models - 1, whole=least)
        assert not _fits(model, int(side), models=models, whole=least - 1)


def _numbers(told: str) -> list[int]:
    return [int(each) for each in re.findall(r"\d+", told)]


def _fits(model: str, side: int, *, models: int, whole: int) -> bool:
    [kind] = [each for each in KINDS if each.name == model]
    memory = Memory(models=models * GIB, whole=whole * GIB, movable=False, weight=2 * HALF)
    return rung_here(kind, side, memory) == "none"
