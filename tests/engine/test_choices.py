"""Which defaults can be taken here: by the models there are, the server's settings, the styles."""

from dataclasses import replace

import pytest

from engine.allowance import Allowance
from engine.choices import Chosen, Kind, Whose, completed
from engine.errors import InvalidRequest
from engine.preferences import Preferences
from engine.request import ImageRequest
from engine.server import ServerSettings
from engine.style import Style
from tests.fakes import BOOK

OIL = replace(BOOK, name="Oil", largest=1024, samplers=("Euler",), width=256, height=256)
CARDS = {card.name: card for card in (BOOK, OIL)}
A_FOX = ImageRequest(prompt="a fox")


def test_the_persons_default_goes_before_the_servers() -> None:
    chosen = Chosen(server=Preferences(model="oil", steps=9), person=Preferences(steps=3))

    done = completed(A_FOX, chosen, CARDS)

    assert (done.request.model, done.request.steps, done.notes) == ("oil", 3, ())


@pytest.mark.parametrize(
    ("preferences", "sentence"),
    [
        (Preferences(model="gone"), "default for the model .* no model “gone”"),
        (Preferences(width=640, height=64), "default for the size .* 640x64 is too large"),
        (Preferences(aspect=(99, 1)), "default for the size .* no shape"),
        (Preferences(model="Oil", sampler="DDIM"), "sampler .* Oil cannot be painted with DDIM"),
        (Preferences(sampler="gone"), "default for the sampler"),
        (Preferences(sampler="LCM", steps=120), "default for the steps .* in 50 steps at most"),
        (Preferences(style="gone"), "default for the style .* no style “gone”"),
        (Preferences(count=99), "default for the count"),
    ],
)
def test_what_has_become_impossible_is_passed_over_with_a_note(
    preferences: Preferences, sentence: str
) -> None:
    done = completed(A_FOX, Chosen(person=replace(preferences, negative="sun")), CARDS)

    [note] = done.notes
    with pytest.raises(InvalidRequest, match=sentence):
        raise InvalidRequest(note)
    assert done.request.negative == "sun"


def test_what_one_model_cannot_paint_another_can() -> None:
    chosen = Chosen(person=Preferences(model="Oil", width=1024, height=1024))

    assert completed(A_FOX, chosen, CARDS).request.width == 1024
    other = completed(ImageRequest(prompt="a fox", model="book"), chosen, CARDS)
    assert (other.request.width, len(other.notes)) == (None, 1)


def test_a_default_sampler_that_does_not_fit_the_steps_asked_for_is_passed_over() -> None:
    chosen = Chosen(person=Preferences(sampler="LCM"))

    done = completed(ImageRequest(prompt="a fox", steps=60), chosen, CARDS)

    assert (done.request.sampler, len(done.notes)) == (None, 1)


def test_a_default_that_the_server_does_not_allow_is_passed_over() -> None:
    settings = ServerSettings(models=("Oil",), most_pictures=2)

    done = completed(
        A_FOX, Chosen(person=Preferences(model="book", count=4), settings=settings), CARDS
    )

    assert (done.request.model, done.request.count) == ("Oil", 1)
    assert "does not allow the model book" in done.notes[0]
    assert "4 pictures are more than 2" in done.notes[1]


def test_a_default_that_is_more_than_somebody_may_have_is_passed_over() -> None:
    server = Preferences(steps=50, width=512, height=512, sampler="DDIM")
    allowance = Allowance(most_steps=20, largest_pixels=256 * 256)

    done = completed(A_FOX, Chosen(server=server), CARDS, allowance)
    asked = completed(
        ImageRequest(prompt="a fox", steps=99), Chosen(server=server), CARDS, allowance
    )

    assert (done.request.steps, done.request.width, done.request.sampler) == (None, None, "DDIM")
    assert "262,144 pixels, and 65,536 is the most" in done.notes[0]
    assert "That is 50 steps, and 20 is the most" in done.notes[1]
    assert (asked.request.steps, asked.request.sampler, len(asked.notes)) == (99, "DDIM", 1)


def test_what_is_asked_for_in_so_many_words_is_left_to_be_refused() -> None:
    settings = ServerSettings(models=("Oil",))

    done = completed(ImageRequest(prompt="a fox", model="book"), Chosen(settings=settings), CARDS)

    assert (done.request.model, done.notes) == ("book", ())


def test_a_server_whose_models_are_all_gone_says_so() -> None:
    with pytest.raises(InvalidRequest, match=r"any more: gone\. A moderator .*: book, Oil"):
        completed(A_FOX, Chosen(settings=ServerSettings(models=("gone",))), CARDS)


def test_a_default_style_may_be_the_servers_or_ones_own() -> None:
    mist = Style(name="mist", prompt="{prompt} in the mist")
    mine = Preferences(style="Mist")

    for chosen in (
        Chosen(person=mine, own_styles=(mist,)),
        Chosen(person=mine, server_styles=(mist,)),
    ):
        assert completed(A_FOX, chosen, CARDS).request.style == "Mist"


def test_nothing_chosen_changes_nothing() -> None:
    assert completed(A_FOX, Chosen(), CARDS).request is A_FOX


@pytest.mark.parametrize("id", ["", " ", "a\x00b", "\ud800", "x" * 201])
def test_what_is_no_id_is_nobody(id: str) -> None:
    with pytest.raises(InvalidRequest, match="no server's id"):
        Whose(kind=Kind.SERVER, id=id)
