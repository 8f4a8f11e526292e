"""What is said of a field that is wrong is short, however long the field is."""

from collections.abc import Iterator
from typing import NoReturn

import pytest

from bot.web.asked import Asked
from bot.web.bodies import checked
from engine.errors import InvalidRequest


class Huge(str):
    """Too long to be written out."""

    def __repr__(self) -> NoReturn:
        raise MemoryError


class Many(dict[str, int]):
    """Too many to be written out."""

    def __repr__(self) -> NoReturn:
        raise MemoryError

    def __iter__(self) -> Iterator[str]:
        return iter(())


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"prompt": "a fox", "steps": Huge("x" * 1000)}, "not “xxx"),
        ({"prompt": "a fox", "steps": Many()}, "not an object."),
        ({"prompt": ["x"] * 1000}, "not a list."),
        ({"prompt": "a fox", "steps": 9000}, "not 9000."),
        ({"prompt": "a fox", "seed": True}, "seed is a whole number, not true."),
        ({"prompt": "a fox", "y" * 100_000: 1}, "I know no “yyy"),
    ],
)
def test_a_sentence_repeats_little_of_what_was_sent(
    content: dict[str, object], sentence: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        checked(Asked, content)

    assert sentence in str(refused.value)
    assert len(str(refused.value)) < 1000
