"""Patterns of words: what they fit, what they are not, and that nothing makes them slow."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidRequest
from engine.filter import refused_word
from engine.pattern import Patterns

FORMS = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "[a-c]"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("({0[0]}|{0[1]})".format),
        st.tuples(inner, st.sampled_from("?*+")).map(lambda pair: f"({pair[0]}){pair[1]}"),
    ),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("/colou?r/", ["color", "colour"]),
        ("/colou?r(s|ed)?/", ["colors", "coloured"]),
        ("/fo+l/", ["fol", "foooool"]),
        ("/fo*l/", ["fl", "fool"]),
        ("/b[aeiou]t/", ["bat", "but"]),
        ("/b[^a-m]t/", ["bot"]),
        ("/b.t/", ["b7t"]),
        ("/blue .+/", ["a blue car is"]),
        ("/NÁKED/", ["naked"]),
    ],
)
def test_a_pattern_fits_whole_words(pattern: str, words: list[str]) -> None:
    for word in words:
        assert Patterns([pattern]).first_in(f" {word} ") == pattern


@pytest.mark.parametrize(
    ("pattern", "word"),
    [
        ("/colou?r/", "colouring"),
        ("/colou?r/", "uncolour"),
        ("/ass(es)?/", "grass"),
        ("/b.t/", "b t"),
        ("/b[^a]t/", "b t"),
        ("/blue.+/", "blue car"),
    ],
)
def test_a_pattern_fits_no_part_of_a_word(pattern: str, word: str) -> None:
    assert Patterns([pattern]).first_in(f" {word} ") is None


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("/(ab/", "“\\(” is not closed"),
        ("/ab)/", "“\\)” closes nothing"),
        ("/[ab/", "“\\[” is not closed"),
        ("/a{2}/", "“{” means nothing"),
        ("/^ab$/", "“\\^” means nothing"),
        ("/*ab/", "“\\*” means nothing"),
        ("/[z-a]/", "goes backwards"),
        ("/[a-]b/", "“]” means nothing"),
        ("/.*/", "refuse everything"),
        (f"/{'a' * 100}/", "more than 100"),
    ],
)
def test_what_is_no_pattern_is_a_sentence(pattern: str, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        Patterns([pattern])


@pytest.mark.parametrize(
    ("pattern", "prompt"),
    [
        ("/血腥/", "很血腥的画面"),
        ("/血.?腥.*面/", "血腥画面"),
        ("/血(腥|液)?画+/", "血画画"),
        ("/[血腥]+画/", "腥血画"),
        ("/裸[^体]/", "裸足"),
        ("/血 腥/", "血腥"),
        ("/グロ(い|テスク)/", "とてもグロテスクな絵"),
        ("/がぞう/", "がぞう"),
        ("/เปลือย(กาย)?/", "คนเปลือยกาย"),
        ("/ศพ|ซากศพ/", "ซากศพ"),
        ("/nude猫+/", "a nude猫猫 here"),
        ("/की+/", "की"),
    ],
)
def test_scripts_without_spaces_are_read_as_they_are_written(pattern: str, prompt: str) -> None:
    assert refused_word([prompt], [pattern]) == pattern


@pytest.mark.parametrize(
    ("pattern", "prompt"),
    [
        ("/血腥/", "血和腥"),
        ("/血.腥/", "血腥"),
        ("/b.+t/", "b at"),
        ("/ab/", "a 猫 b"),
        ("/한국/", "한국어"),
    ],
)
def test_scripts_without_spaces_lend_no_others_theirs(pattern: str, prompt: str) -> None:
    assert refused_word([prompt], [pattern]) is None


def test_of_several_patterns_the_one_is_named_that_fits() -> None:
    patterns = Patterns(["/ca+t/", "/do+g/", "/co+w/"])

    assert patterns.first_in(" the doog sleeps ") == "/do+g/"
    assert patterns.first_in(" the hen sleeps ") is None


def test_what_would_keep_others_busy_for_years_is_over_at_once() -> None:
    patterns = Patterns(["/(a+)+b/", "/(a|a)*b/", "/((a?)*)*b/", "/.*.*.*.*.*b/"])

    assert patterns.first_in(f" {'a' * 4000} ") is None
    assert refused_word(["猫" * 4000], ["/(猫+)+犬/", "/.*.*.*.*犬/"]) is None


@given(form=FORMS, word=st.text(alphabet="abcd", min_size=1, max_size=5))
def test_they_mean_what_they_mean_elsewhere(form: str, word: str) -> None:
    expected = re.fullmatch(f"x{form}", f"x{word}") is not None

    assert (Patterns([f"/x{form}/"]).first_in(f" x{word} ") is not None) == expected
