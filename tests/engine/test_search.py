"""What somebody types is what is looked for."""

import pytest

from engine.search import EVERYTHING, Phrase, Search


def words(*words: str) -> Phrase:
    return Phrase(words=words)


def begins(*words: str) -> Phrase:
    return Phrase(words=words, begins=True)


@pytest.mark.parametrize(
    ("typed", "phrases"),
    [
        ("fox", [begins("fox")]),
        ("Red FOX sno ", [words("red"), words("fox"), begins("sno")]),
        ("fox sn", [words("fox"), words("sn")]),
        ("fox fox", [words("fox"), begins("fox")]),
        ('"red fox"', [words("red", "fox")]),
        ("“red fox” snow", [words("red", "fox"), begins("snow")]),
        ('"red fox', [words("red", "fox")]),
        ("sci-fi city", [words("sci", "fi"), begins("city")]),
        ("NEAR(a b)", [words("near", "a"), words("b")]),
        ("prompt:fox OR 1=1", [words("prompt", "fox"), words("or"), words("1", "1")]),
        ("fox*", [begins("fox")]),
        ("", []),
        ("  ", []),
    ],
)
def test_words_are_looked_for_as_they_are_typed(typed: str, phrases: list[Phrase]) -> None:
    assert list(Search(words=typed).phrases) == phrases


@pytest.mark.parametrize("typed", ["***", "%", '""', "†", "\x00"])
def test_where_no_word_is_typed_nothing_can_be_found(typed: str) -> None:
    assert Search(words=typed).is_hopeless


@pytest.mark.parametrize("typed", ["", "  ", "a"])
def test_who_types_nothing_looks_for_everything(typed: str) -> None:
    assert not Search(words=typed).is_hopeless


def test_spaces_are_nothing_to_look_for() -> None:
    assert Search(words=" \n ") == EVERYTHING


@pytest.mark.parametrize(
    ("phrase", "stands"),
    [
        (words("red", "fox"), True),
        (words("fox", "red"), False),
        (words("a", "fox"), False),
        (words("fo"), False),
        (begins("fo"), True),
        (begins("red", "fo"), True),
        (begins("re", "fox"), False),
        (words("a", "red", "fox", "runs"), False),
    ],
)
def test_a_phrase_stands_where_its_words_stand_side_by_side(phrase: Phrase, stands: bool) -> None:
    assert phrase.stands_in(["a", "red", "fox"]) is stands
