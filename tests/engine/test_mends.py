"""What a refusal tells people to try instead can be painted."""

import re
from dataclasses import replace

import pytest

from engine.allowance import Allowance, require_possible
from engine.card import ModelCard
from engine.errors import InvalidRequest
from engine.prompt import read_prompt
from engine.request import ImageRequest
from engine.tiles import tiles_of
from tests.fakes import BOOK

CARDS = [
    replace(BOOK, width=128, height=128, largest=256, multiple=8),
    replace(BOOK, width=512, height=512, largest=1000, multiple=64),
    replace(BOOK, width=1024, height=1024, largest=1536, multiple=16),
]
A_SIZE = re.compile(r"(?:Try|like) (\d+x\d+)")
A_FACTOR = re.compile(r"Take (\d[\d.]*) at most")


def refusal(text: str, card: ModelCard) -> str:
    """Nothing where it can be painted."""
    try:
        tiles_of(read_prompt(text), card, seed=1)
    except InvalidRequest as refused:
        return str(refused)
    return ""


def mended(refused: str) -> str:
    """A fox of the size that the refusal names, or of none where it says so."""
    if found := A_SIZE.search(refused):
        return f"a fox --size {found[1]}"
    assert "Say none" in refused
    return "a fox"


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize(
    "size",
    ["99999x99999", "0x0", "500x500", "63x64", "2048x2048", "2048x512", "1000x1000", "72x1992"],
)
def test_the_size_that_is_named_instead_can_be_painted(size: str, card: ModelCard) -> None:
    refused = refusal(f"a fox --size {size}", card)

    assert not refused or refusal(mended(refused), card) == ""


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("text", ["a fox --size 512", "a fox --size big", "a fox --width 512"])
def test_the_size_that_shows_how_to_write_one_can_be_painted(text: str, card: ModelCard) -> None:
    assert refusal(mended(refusal(text, card)), card) == ""


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("flags", ["--upscale 4", "--upscale 4 --redraw 0.5", "--hires 3.3"])
@pytest.mark.parametrize("size", ["256x192", "192x256"])
def test_the_upscale_that_is_named_instead_can_be_painted(
    size: str, flags: str, card: ModelCard
) -> None:
    refused = refusal(f"a fox --size {size} {flags}", card)
    found = A_FACTOR.search(refused)
    redraw = " --redraw 0.5" if "upscale 4" not in flags or "redraw" in flags else ""
    instead = f" --upscale {found[1]}{redraw}" if found else ""

    assert found or not refused or "Begin with a smaller size" in refused
    assert refusal(f"a fox --size {size}{instead}", card) == ""


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("largest", [64 * 64, 70_000, 300 * 300, 1_000_000])
def test_the_square_that_may_be_had_instead_can_be_painted(largest: int, card: ModelCard) -> None:
    allowance = Allowance(largest_pixels=largest)

    with pytest.raises(InvalidRequest) as refused:
        require_possible(allowance, pixels=2048 * 2048, steps=1, waiting=0, card=card)
    text = mended(str(refused.value))

    assert refusal(text, card) == ""
    request = read_prompt(text)
    assert request.width
    assert request.height
    assert request.width * request.height <= largest


def test_what_is_enlarged_beyond_an_allowance_is_no_question_of_its_size_alone() -> None:
    with pytest.raises(InvalidRequest, match="Take a smaller size or upscale"):
        require_possible(
            Allowance(largest_pixels=64 * 64), pixels=65 * 64, steps=1, waiting=0, upscaled=True
        )


def test_a_size_is_refused_before_its_model_is_known() -> None:
    with pytest.raises(InvalidRequest, match="the model takes the size that it likes"):
        ImageRequest(prompt="a fox", width=99_999, height=99_999)


def test_the_size_that_is_named_instead_has_the_same_shape() -> None:
    assert "Try 256x128" in refusal("a fox --size 2048x1024", CARDS[0])
