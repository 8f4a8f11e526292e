"""The page of graphics cards says what `easel doctor` says."""

from tests.docs.cards import by_card, by_model, written
from tests.docs.pages import page

HERE = page("docs/gpus.md")


def test_how_large_a_card_must_be_is_as_the_doctor_computes_it() -> None:
    assert "\n".join(written(by_model())) in HERE.text


def test_what_fits_on_a_card_is_as_the_doctor_computes_it() -> None:
    assert "\n".join(written(by_card())) in HERE.text
