"""Words are found however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.words import CUT, LONGEST, words_in


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A Fox, in the SNOW!", ["a", "fox", "in", "the", "snow"]),
        ("café Straße ﬁre ＡＢＣ İ", ["cafe", "strasse", "fire", "abc", "i"]),
        ("512x768 1.5 sci-fi", ["512x768", "1", "5", "sci", "fi"]),
        ("狐の絵 fox", ["狐", "の", "絵", "fox"]),
        ("がき", ["が", "き"]),
        ("한글 테스트", ["한글", "테스트"]),
        ("हिन्दी", ["हिन्दी"]),
        ("שָׁלוֹם", ["שלום"]),
        ("🦊👍🏽 ❤️", ["🦊", "👍", "❤"]),
        ("soft\u00adware zero\u200bwidth", ["software", "zerowidth"]),
        ("<lora:ink:0.8>", ["lora", "ink", "0", "8"]),
        ("\x00\ud800 a", ["a"]),
        ('*"%_()†‡', []),
        ("", []),
    ],
)
def test_a_text_is_its_words(text: str, words: list[str]) -> None:
    assert words_in(text) == words


def test_words_that_begin_alike_stay_apart_however_long_they_are() -> None:
    [first] = words_in("a" * 5000 + "b")
    [second] = words_in("a" * 5000 + "c")

    assert first != second
    assert max(len(first), len(second)) < LONGEST + 20


@given(st.text(max_size=200))
def test_no_word_holds_what_an_index_reads_as_more_than_letters(text: str) -> None:
    words = words_in(text)

    for word in words:
        rest = word.replace(CUT, "")
        assert rest
        assert all(letter.isalnum() for letter in rest if letter.isascii())
        assert not any(letter.isspace() or 0xD800 <= ord(letter) <= 0xDFFF for letter in rest)


@given(st.text(max_size=200))
def test_the_words_of_words_are_those_words(text: str) -> None:
    words = [word for word in words_in(text) if CUT not in word]

    assert words_in(" ".join(words)) == words
