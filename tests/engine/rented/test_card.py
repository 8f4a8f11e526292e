"""The card that is rented is the first that is large enough."""

import pytest

from engine.errors import Misconfigured
from engine.rented.card import CARDS, GIB, Load, card_for


def load(gib: float, side: int = 512, name: str = "a model") -> Load:
    return Load(name=name, weights=int(gib * GIB), width=side, height=side)


@pytest.mark.parametrize(
    ("model", "gib", "side", "card"),
    [
        ("picturebook", 0.02, 128, "T4"),
        ("SD 1.5", 1.99, 512, "T4"),
        ("SDXL", 6.46, 1024, "T4"),
        ("SD3 medium", 14.34, 1024, "L4"),
        ("SD3.5 large, with T5", 26.1, 1024, "L40S"),
        ("FLUX.1", 31.4, 1024, "L40S"),
        ("one of sixty GiB", 60, 1024, "A100-80GB"),
        ("one of a hundred GiB", 100, 1024, "H200"),
    ],
)
def test_the_first_that_is_large_enough_is_taken(
    model: str, gib: float, side: int, card: str
) -> None:
    assert card_for([load(gib, side, model)]).name == card


def test_loaded_models_get_only_their_share_of_it() -> None:
    t4 = CARDS[0].memory / GIB

    assert card_for([load(0.79 * t4)]).name == "T4"
    assert card_for([load(0.81 * t4)]).name != "T4"


def test_a_large_picture_needs_room_too() -> None:
    assert card_for([load(11, 512)]).name == "T4"
    assert card_for([load(11, 2048)]).name == "L4"


def test_the_largest_of_several_decides() -> None:
    assert card_for([load(2), load(31), load(6)]).name == "L40S"


def test_what_no_card_holds_is_said_with_what_helps() -> None:
    with pytest.raises(Misconfigured, match=r"a giant needs a card with 250 GiB.*EASEL_OFFLOAD"):
        card_for([load(200, name="a giant")])
