"""What is chosen is looked at first: nobody keeps a default that could not be painted."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.accounts import Act
from engine.choices import Kind, Whose
from engine.chooser import Chooser
from engine.errors import InvalidRequest
from engine.preferences import Preferences
from engine.safety import Policy
from engine.server import FREE
from engine.style import Style
from storage.memory_choices import MemoryChoices
from storage.memory_purses import MemoryPurses
from tests.engine.test_choices import CARDS

ACT = Act(who="local", at=datetime(2026, 5, 1, tzinfo=UTC))
ALICE = Whose(kind=Kind.PERSON, id="discord:1")
SERVER = Whose(kind=Kind.SERVER, id="discord:9")
CHECKED = Policy(measure="mark", model=Path("checker"))


@pytest.fixture
def choices() -> MemoryChoices:
    return MemoryChoices(MemoryPurses())


@pytest.fixture
def chooser(choices: MemoryChoices) -> Chooser:
    return Chooser(choices=choices, cards=CARDS, safety=CHECKED)


@pytest.mark.parametrize("whose", [ALICE, SERVER])
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"model": "oyl"}, "Did you mean Oil"),
        ({"sampler": "Eulr"}, "Did you mean Euler"),
        ({"width": 640, "height": 640}, "too large"),
        ({"model": "Oil", "sampler": "DDIM"}, "cannot be painted with DDIM"),
        ({"style": "snoww"}, "Did you mean snow"),
        ({"seed": 7}, "nothing that can be chosen"),
    ],
)
async def test_what_cannot_be_painted_is_refused_and_not_kept(
    chooser: Chooser, whose: Whose, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        await chooser.set_preferences(whose, change, ACT)

    chosen = await chooser.chosen(whose)
    assert (chosen.person, chosen.server) == (Preferences(), Preferences())


async def test_what_became_impossible_earlier_is_no_reason_to_refuse(
    chooser: Chooser, choices: MemoryChoices
) -> None:
    await choices.set_preferences(ALICE, {"model": "gone"}, ACT)

    notes = await chooser.set_preferences(ALICE, {"steps": 9}, ACT)

    assert notes == chooser.passed_over(await chooser.chosen(ALICE))
    assert "“gone”" in notes[0]
    assert (await chooser.chosen(ALICE)).person == Preferences(model="gone", steps=9)


async def test_what_a_change_makes_impossible_beside_it_is_said(chooser: Chooser) -> None:
    await chooser.set_preferences(ALICE, {"model": "Oil", "width": 1024, "height": 1024}, ACT)

    [note] = await chooser.set_preferences(ALICE, {"model": "book"}, ACT)

    assert "default for the size" in note
    assert await chooser.set_preferences(ALICE, {}, ACT, forget=["width", "height"]) == ()


async def test_the_servers_settings_hold_for_its_defaults(chooser: Chooser) -> None:
    await chooser.set_settings(SERVER, {"models": ["oil"], "most_pictures": 2}, ACT)

    with pytest.raises(InvalidRequest, match=r"not allow the model book\. It allows: Oil"):
        await chooser.set_preferences(SERVER, {"model": "book"}, ACT)
    with pytest.raises(InvalidRequest, match="more than 2"):
        await chooser.set_preferences(SERVER, {"count": 3}, ACT)
    await chooser.set_preferences(SERVER, {"count": 2}, ACT)

    [note] = await chooser.set_settings(SERVER, {"most_pictures": 1}, ACT)
    assert "2 pictures are more than 1" in note


async def test_a_default_style_may_be_ones_own(chooser: Chooser, choices: MemoryChoices) -> None:
    await choices.add_style(ALICE, Style(name="mist", prompt="{prompt} in the mist"), ACT)

    await chooser.set_preferences(ALICE, {"style": "Mist"}, ACT)

    with pytest.raises(InvalidRequest, match="no style “Mist”"):
        await chooser.set_preferences(SERVER, {"style": "Mist"}, ACT)


async def test_models_that_are_not_here_cannot_be_allowed(chooser: Chooser) -> None:
    with pytest.raises(InvalidRequest, match="Did you mean Oil"):
        await chooser.set_settings(SERVER, {"models": ["book", "oyl"]}, ACT)

    assert (await chooser.chosen(SERVER)).settings.models == ()


async def test_a_person_has_no_servers_settings(chooser: Chooser) -> None:
    with pytest.raises(InvalidRequest, match="Only a server"):
        await chooser.set_settings(ALICE, {"images": False}, ACT)


async def test_a_servers_safety_can_only_be_stricter(
    chooser: Chooser, choices: MemoryChoices
) -> None:
    unchecked = Chooser(choices=choices, cards=CARDS, safety=Policy())

    with pytest.raises(InvalidRequest, match="mark everywhere"):
        await chooser.set_settings(SERVER, {"safety": "off"}, ACT)
    with pytest.raises(InvalidRequest, match="EASEL_SAFETY_MODEL"):
        await unchecked.set_settings(SERVER, {"safety": "blur"}, ACT)
    await chooser.set_settings(SERVER, {"safety": "blur"}, ACT)
    await unchecked.set_settings(SERVER, {"images": False}, ACT)

    assert (await chooser.chosen(SERVER)).settings.safety == "blur"


@pytest.mark.parametrize(
    "change", [{"safety_adult": "off"}, {"safety_channels": [["7", "blur"], ["8", "off"]]}]
)
async def test_no_channel_can_be_milder_either(chooser: Chooser, change: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest, match="mark everywhere"):
        await chooser.set_settings(SERVER, change, ACT)

    assert (await chooser.chosen(SERVER)).settings == FREE


async def test_what_was_set_when_there_was_a_model_is_no_reason_to_refuse(
    chooser: Chooser, choices: MemoryChoices
) -> None:
    unchecked = Chooser(choices=choices, cards=CARDS, safety=Policy())
    await chooser.set_settings(SERVER, {"safety_adult": "blur"}, ACT)

    await unchecked.set_settings(SERVER, {"images": False}, ACT)

    assert (await chooser.chosen(SERVER)).settings.safety_adult == "blur"
