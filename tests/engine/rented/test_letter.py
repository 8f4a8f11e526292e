"""Letters come out as they were put in, and nothing else is taken for one."""

import pytest

from engine.child.frames import Rubbish
from engine.child.messages import Failed, Paint, Painted, Ready, Stepped, Withdraw
from engine.child.mishap import Mishap
from engine.job import Picture
from engine.rented.letter import (
    HEAD,
    MARK,
    Greeting,
    Offer,
    answer_in,
    answering,
    asked_in,
    asking,
    offer_in,
    version_in,
)
from tests.engine.child.nursery import recipe
from tests.fakes import BOOK


def letter_with(head: str) -> bytes:
    return HEAD.pack(MARK, len(head)) + head.encode()


GREETING = answering(Greeting(version="1.0", call="fc-1"))
OFFER = Offer(version="1.0", engine=Ready(cards={"book": BOOK}, seats=3))
NONE = Offer(version="1.0", engine=Failed(mishap=Mishap(kind="BadModel", phrase="No.")))


def test_a_picture_that_is_asked_for_comes_with_its_sources() -> None:
    asked = Paint(
        number=4, recipe=recipe(), sources={"a": b"\x00one", "b": b""}, facts={"job": "j"}
    )

    assert asked_in(asking(asked)) == asked


@pytest.mark.parametrize(
    "answer",
    [
        Stepped(number=1, step=2, preview=None),
        Stepped(number=1, step=2, preview=b"png"),
        Painted(number=1, picture=Picture(recipe=recipe(), png=b"\x89PNG", seconds=0.5)),
    ],
)
def test_answers_come_as_they_were_sent(answer: Stepped | Painted) -> None:
    assert answer_in(answering(answer)) == answer


def test_a_greeting_is_an_answer() -> None:
    assert answer_in(GREETING) == Greeting(version="1.0", call="fc-1")


def test_what_is_deployed_comes_with_its_models() -> None:
    assert offer_in(answering(OFFER)) == OFFER
    assert offer_in(answering(NONE)) == NONE


def test_the_version_is_read_of_one_who_says_more_than_is_known_here() -> None:
    letter = GREETING.replace(b'"call"', b'"name"')

    assert version_in(letter) == "1.0"
    with pytest.raises(Rubbish):
        answer_in(letter)


@pytest.mark.parametrize(
    "letter",
    [
        b"",
        b"EASL",
        GREETING[:-1],
        GREETING + b"more",
        b"JUNK" + GREETING[4:],
        HEAD.pack(MARK, 2) + b"[]",
        HEAD.pack(MARK, 26) + b'{"told":[],"lengths":[99]}',
        HEAD.pack(MARK, 3) + b"\xff{}",
        letter_with('{"told":{"version":"1.0"},"lengths":[5,-5]}'),
        letter_with('{"told":{"version":"1.0"},"lengths":[true]}') + b"a",
        letter_with('{"told":{"version":"1.0"},"lengths":[0.0]}'),
    ],
)
def test_what_is_no_letter_is_refused(letter: bytes) -> None:
    with pytest.raises(Rubbish):
        version_in(letter)


def test_nobody_answers_what_only_can_be_asked() -> None:
    with pytest.raises(Rubbish):
        answer_in(asking(Withdraw(number=1)))
    with pytest.raises(Rubbish):
        asked_in(answering(Stepped(number=1, step=2, preview=None)))
    with pytest.raises(Rubbish):
        version_in(answering(Stepped(number=1, step=2, preview=None)))
