"""Errors on their way to another process."""

from collections.abc import Iterator

import pytest

import engine.errors
from engine.child.mishap import Mishap, error_of, mishap_of
from engine.errors import EaselError, OutOfMemory, PaintingFailed


def kinds(root: type[EaselError]) -> Iterator[type[EaselError]]:
    yield root
    for kind in root.__subclasses__():
        if kind.__module__ == engine.errors.__name__:
            yield from kinds(kind)


@pytest.mark.parametrize("kind", list(kinds(EaselError)))
def test_each_of_our_errors_is_itself_again(kind: type[EaselError]) -> None:
    error = error_of(mishap_of(kind("Too {what}.", what="large")))

    assert type(error) is kind
    assert str(error) == "Too large."
    assert error.phrase.values == {"what": "large"}


class TooLarge(OutOfMemory):
    """Known to nobody else."""


def test_one_of_our_own_kind_is_the_next_kind_that_everybody_knows() -> None:
    error = error_of(mishap_of(TooLarge("It is too large.")))

    assert type(error) is OutOfMemory
    assert str(error) == "It is too large."


@pytest.mark.parametrize("kind", ["SystemExit", "ValueError", "Mishap", ""])
def test_a_kind_that_nobody_knows_is_a_painting_that_failed(kind: str) -> None:
    error = error_of(Mishap(kind=kind, phrase="secret"))

    assert type(error) is PaintingFailed
    assert "secret" not in str(error)


def test_a_bug_tells_nobody_what_it_says() -> None:
    error = error_of(mishap_of(ValueError("secret")))

    assert type(error) is PaintingFailed
    assert "secret" not in str(error)
    assert "not your fault" in str(error)
