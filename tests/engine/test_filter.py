"""The word filter: words are found however they are written, and only as whole words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.filter import found_words, refused_word, words_of

LETTERS = st.text(alphabet="abcdefghij", min_size=1, max_size=8)
DRESSED = {"a": "Á", "e": "ë", "c": "Ç", "i": "ｉ", "d": "d\u0323", "b": "b\u200b", "g": "G"}
AROUND = ["", ",", "(", ")", "[", "!", " ", "-", "_", "\n", "«", "😀"]


@pytest.mark.parametrize(
    "prompt",
    [
        "a naked man",
        "A NAKED MAN",
        "nákëd",
        "a (naked:1.3) man",
        "na(ked)",
        "[na]ked",
        "na\u200bked",
        "ｎａｋｅｄ",
        "not-naked",
        "snake_naked_cake",
        "<lora:naked:0.8> a man",
        r"\(naked\)",
    ],
)
def test_a_word_is_found_however_it_is_written(prompt: str) -> None:
    assert refused_word([prompt], ["bloody", "naked"]) == "naked"


@pytest.mark.parametrize(
    ("prompt", "word"), [("a nakedness", "naked"), ("grass", "ass"), ("na ked", "naked")]
)
def test_a_part_of_a_word_is_not_the_word(prompt: str, word: str) -> None:
    assert refused_word([prompt], [word]) is None


@pytest.mark.parametrize("prompt", ["n4ked", "N@K3D", "a nak3d man", "n\u200b4ked", "ｎ４ｋｅｄ"])
def test_signs_that_stand_for_letters_hide_no_word(prompt: str) -> None:
    assert refused_word([prompt], ["naked"]) == "naked"


@pytest.mark.parametrize(
    ("prompt", "word"),
    [("$1ut", "slut"), ("k1ller", "killer"), ("c00l a55", "ass"), ("7i7", "tit")],
)
def test_a_one_stands_for_two_letters(prompt: str, word: str) -> None:
    assert refused_word([prompt], [word]) == word


@pytest.mark.parametrize("prompt", ["455", "4 55", "a 55 mm lens", "$5", "me@home"])
def test_numbers_among_no_letters_are_numbers(prompt: str) -> None:
    assert refused_word([prompt], ["ass", "as", "s", "home at"]) is None


@pytest.mark.parametrize(
    "prompt",
    [
        *("Scunthorpe", "Essex", "Penistone", "a classic car", "grape vines", "a cocktail"),
        *("Lightwater", "Sussex", "assassin", "Dickens", "peacock", "shiitake", "therapist"),
        *("a bass player", "grass", "massage", "analysis", "documents", "Clitheroe", "Titan"),
        *("cum laude", "pass1on", "canal"),
    ],
)
def test_innocent_words_that_hold_others_are_left_alone(prompt: str) -> None:
    refused = ["cunt", "sex", "penis", "ass", "rape", "cock", "twat", "dick", "shit", "rapist"]
    patterns = ["/ass(es)?/", "/tits?/", "/cunts?/", "/s+e+x+y?/", "/anal/", "/cum+ing/", "/clit/"]

    assert refused_word([prompt], [*refused, *patterns]) is None


def test_a_pattern_is_found_however_it_is_written() -> None:
    for prompt in ("SÉXX", "(sex:1.2)", "s\u200bexxxy", "s3xy", "ｓｅｘ"):
        assert refused_word([prompt], ["/s+e+x+y?/"]) == "/s+e+x+y?/"


@pytest.mark.parametrize(
    ("prompt", "word"),
    [
        ("a nаkеd man", "naked"),  # а and е are Cyrillic here
        ("nакеd", "naked"),
        ("ѕех", "sex"),
        ("ΤΙΤ", "tit"),
        ("пakeд", "nakeд"),
        ("ѕеxу", "/s+e+x+y?/"),
        ("ѕ3x", "sex"),
        ("ｎａｋｅｄ", "naked"),
        ("nøked", "noked"),
        ("ᴛɪᴛꜱ", "tits"),
        ("🅽🅰🅺🅴🅳", "naked"),
        ("🇳🇦🇰🇪🇩", "naked"),
        ("𝓷𝓪𝓴𝓮𝓭", "naked"),
        ("ⓝⓐⓚⓔⓓ", "naked"),
        ("ᎢᎥᎢ", "tit"),
        ("гoлый", "голый"),
        ("ГОЛЫЙ", "голый"),
    ],
)
def test_look_alikes_hide_no_word(prompt: str, word: str) -> None:
    assert refused_word([prompt], [word]) == word


@pytest.mark.parametrize(
    ("prompt", "word"),
    [
        *(
            ("t.i.t", "tit"),
            ("t-i-t", "tit"),
            ("t i t", "tit"),
            ("T_I_T!", "tit"),
            ("t😀i😀t", "tit"),
        ),
        *(("a t i t", "tit"), ("a big t . i . t", "tit"), ("n.a.k.e.d man", "naked man")),
        *(("s 3 x", "sex"), ("с.u.m", "cum"), ("t/i-t", "tit"), ("x\ns e x\ny", "sex")),
        *(("s.e.x.y", "/s+e+x+y?/"), ("г о л ы й", "голый"), ("b i g  t i t s", "tits")),
    ],
)
def test_letters_that_stand_apart_hide_no_word(prompt: str, word: str) -> None:
    assert refused_word([prompt], [word]) == word


@pytest.mark.parametrize(
    "prompt",
    [
        *("a, s, s", "I a m", "l'a", "d'a", "a 1.5 s exposure", "vitamins A, B, C", "plan a; s; s"),
        *("class i tanks", "as s", "a s", "x a s s-curve", "U.S.A.", "f/1.4 s", "4.5.5", "4 5 5"),
        *("сок", "секс", "нос", "роса и сосна", "ананас", "τι ναι", "これはpenです", "그 개 새 끼"),
        *("а с с а м", "y a pas", "q t i t y", "t i t a n", "и т и т", "t i trees", "ö s"),
    ],
)
def test_what_only_looks_a_little_like_it_is_left_alone(prompt: str) -> None:
    refused = ["ass", "tit", "am", "la", "da", "sex", "cock", "cum", "abc", "개새끼"]

    assert refused_word([prompt], [*refused, "/tits?/", "/a+s+s+/"]) is None


def test_however_long_a_prompt_is_it_is_read_in_its_time() -> None:
    for part in ("а.", "a ", "аn4", "s-", "я1", "🅰", "a, ", "@ "):
        assert refused_word([part * 4000], ["naked", "/(a+)+b/", "голый"]) is None


def test_a_phrase_is_found_where_its_words_stand_together() -> None:
    assert refused_word(["the (blue), Car!"], ["blue car"]) == "blue car"
    assert refused_word(["a car in blue"], ["blue car"]) is None
    assert refused_word(["blue BREAK car"], ["bluecar"]) is None


def test_scripts_without_spaces_are_compared_letter_by_letter() -> None:
    assert refused_word(["血腥画面"], ["血"]) == "血"
    assert refused_word(["きれいな猫がいる"], ["猫"]) == "猫"
    assert refused_word(["한국어"], ["한국"]) is None


def test_marks_that_are_letters_of_their_own_count() -> None:
    assert refused_word(["की"], ["का"]) is None
    assert refused_word(["straße"], ["STRASSE"]) == "STRASSE"


def test_every_alternative_is_read() -> None:
    assert refused_word(["a fox", "a naked fox"], ["naked"]) == "naked"


def test_where_no_word_is_refused_nothing_is() -> None:
    assert refused_word(["anything"], []) is None
    assert words_of("…!—") == []


@given(word=LETTERS, before=LETTERS, after=LETTERS, around=st.sampled_from(AROUND))
def test_dress_and_signs_hide_no_word(word: str, before: str, after: str, around: str) -> None:
    dressed = "".join(DRESSED.get(letter, letter) for letter in word)

    assert refused_word([f"{before} {around}{dressed}{around} {after}"], [word]) == word


@given(word=LETTERS, words=st.lists(LETTERS, max_size=6))
def test_a_word_is_found_exactly_where_it_stands_among_the_words(
    word: str, words: list[str]
) -> None:
    found = refused_word([f"x {' '.join(words)} x"], [word])

    assert (found == word) == (word in words)


@pytest.mark.parametrize(
    ("prompt", "pattern", "found"),
    [
        ("a fox, two Colours", "/colou?r(s|ed)?/", "colours"),
        ("big t i t s here", "/tits?/", "tits"),
        ("a red or blue car", "/(red|blue) (car|bus)/", "blue car"),
        ("no.1 " + "a " * 50 + "b", "/1( a)+ b/", "b"),
        ("colours", "colours", "colours"),
    ],
)
def test_of_a_pattern_only_what_was_said_is_told(prompt: str, pattern: str, found: str) -> None:
    assert refused_word([prompt], [pattern]) == pattern
    assert found_words(["a cat", prompt], pattern) == found
