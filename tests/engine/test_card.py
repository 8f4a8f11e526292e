"""What is known of a model without loading it."""

from dataclasses import replace

import pytest

from engine.card import ModelCard
from tests.fakes import BOOK

CARD: ModelCard = replace(BOOK, knows=("boat", "box", "cat"))


@pytest.mark.parametrize(
    ("prompt", "lost"),
    [
        ("a red boat", False),
        ("Two CATS, please", False),
        ("boxes", False),
        ("an astronaut", True),
        ("a catastrophe", True),
        ("宇宙飛行士", True),
    ],
)
def test_it_says_when_it_knows_no_word_of_a_prompt(prompt: str, lost: bool) -> None:
    assert CARD.is_lost(prompt) is lost


def test_a_model_whose_words_nobody_wrote_down_is_never_lost() -> None:
    assert not BOOK.is_lost("an astronaut")
