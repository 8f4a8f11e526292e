"""What is deployed says how its pictures come about."""

from pathlib import Path

import pytest

from bot.modal_offer import hand_there, offer_there
from bot.modal_plan import SEATS, plan_of
from bot.settings import Settings
from bot.version import version
from engine.child.messages import Failed, Ready
from engine.child.mishap import error_of
from engine.errors import BadModel


def test_its_models_are_told_with_the_card_that_paints_them(tmp_path: Path) -> None:
    offer = offer_there(Settings(data_dir=tmp_path, modal_gpu="L4"))

    assert offer.version == version()
    assert isinstance(offer.engine, Ready)
    assert offer.engine.seats == SEATS
    assert [(card.name, card.hand) for card in offer.engine.cards.values()] == [
        ("picturebook", "engine 1, L4 on Modal, float16")
    ]


def test_a_model_that_is_missing_there_is_told_and_not_thrown(tmp_path: Path) -> None:
    offer = offer_there(Settings(data_dir=tmp_path, models=("nothing",)))

    assert isinstance(offer.engine, Failed)
    assert isinstance(error_of(offer.engine.mishap), BadModel)


def test_without_a_card_it_is_the_processor() -> None:
    assert hand_there(Settings(modal_gpu="none")) == "engine 1, cpu on Modal, float32"


@pytest.mark.parametrize("measure", ["mark", "blur", "refuse"])
def test_pictures_of_there_are_known_to_have_been_checked(tmp_path: Path, measure: str) -> None:
    here = Settings.model_validate({"safety": measure, "safety_model": tmp_path / "looks"})
    environment = plan_of(here).environment
    there = Settings.model_validate(
        {name.removeprefix("EASEL_").lower(): value for name, value in environment.items()}
    )

    assert here.safety_policy.painted_under(hand_there(there)) == measure
