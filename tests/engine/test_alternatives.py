from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.alternatives import expand, load_wildcards
from engine.errors import InvalidRequest, Misconfigured
from engine.request import MOST_TILES

ANIMALS = {"animal": ["fox", "owl", "hare", "newt", "crow"]}
TEXTS = st.lists(
    st.sampled_from(
        ["{", "|", "}", "\\", "__", "_", "a", "fox", " ", "__animal__", "{a|b}", "\n", "(b:1.2)"]
    ),
    max_size=20,
).map("".join) | st.text(max_size=40)


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a fox", ("a fox",)),
        ("{red|blue} fox", ("red fox", "blue fox")),
        ("{red|blue} {fox|owl}", ("red fox", "red owl", "blue fox", "blue owl")),
        ("{a|{b|c} d|e}", ("a", "b d", "c d", "e")),
        ("a {big |}fox", ("a big fox", "a fox")),
        ("{|}", ("", "")),
        ("{fox}", ("fox",)),
        ("{}", ("",)),
        ("", ("",)),
    ],
)
def test_every_permutation_comes_in_order(prompt: str, expected: tuple[str, ...]) -> None:
    assert expand(prompt) == expected


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        (r"\{red\|blue\}", ("{red|blue}",)),
        (r"{a\|b|c\}}", ("a|b", "c}")),
        ("red|blue", ("red|blue",)),
        ("{red|blue", ("{red|blue",)),
        ("red}", ("red}",)),
        ("{a {b|c}", ("{a b", "{a c")),
        ("{a|{b|c}", ("{a|b", "{a|c")),
    ],
)
def test_escaped_and_unmatched_signs_are_text(prompt: str, expected: tuple[str, ...]) -> None:
    assert expand(prompt) == expected


def test_the_signs_of_emphasis_pass_untouched() -> None:
    assert expand(r"({a|b}:1.2) \(c\) \\{d|e}") == (
        r"(a:1.2) \(c\) \\d",
        r"(a:1.2) \(c\) \\e",
        r"(b:1.2) \(c\) \\d",
        r"(b:1.2) \(c\) \\e",
    )


def test_as_many_permutations_as_tiles_are_fine() -> None:
    assert len(expand("{a|b}" * 6)) == MOST_TILES


@pytest.mark.parametrize(
    ("prompt", "named"),
    [
        ("{a|b}" * 6 + "{c|d|e}", "192 pictures"),
        ("{" + "|" * MOST_TILES + "}", "65 pictures"),
        ("{a|b}" * 39, "549,755,813,888 pictures"),
        ("{a|b}" * 5000, "more than 1,000,000,000,000 pictures"),
        ("{{a|b}" * 1200 + "|c}" * 1200, "more than"),
    ],
)
def test_too_many_permutations_are_refused_with_both_numbers(prompt: str, named: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        expand(prompt)

    assert named in str(refusal.value)
    assert str(MOST_TILES) in str(refusal.value)


def test_alternatives_nest_as_deep_as_people_like() -> None:
    assert expand("{" * 3000 + "fox" + "}" * 3000) == ("fox",)


def test_a_wildcard_becomes_one_of_its_lines_by_the_seed() -> None:
    chosen = [expand("a __animal__", ANIMALS, seed) for seed in range(100)]

    assert {prompt for (prompt,) in chosen} == {f"a {animal}" for animal in ANIMALS["animal"]}
    assert chosen == [expand("a __animal__", ANIMALS, seed) for seed in range(100)]


def test_a_seed_chooses_the_same_lines_for_ever() -> None:
    assert expand("__animal__ __animal__ __animal__", ANIMALS, 8) == ("owl newt owl",)


def test_two_spots_may_choose_differently() -> None:
    pairs = {expand("__animal__ __animal__", ANIMALS, seed) for seed in range(100)}

    assert any(len(set(pair.split())) == 2 for (pair,) in pairs)


def test_one_spot_chooses_once_for_all_permutations() -> None:
    red, blue = expand("{red|blue} __animal__", ANIMALS, 3)

    assert red.removeprefix("red") == blue.removeprefix("blue")


def test_a_line_is_put_in_as_it_stands() -> None:
    assert expand("__odd__", {"odd": [r"{a|b} \{ __odd__"]}) == (r"{a|b} \{ __odd__",)


def test_wildcards_are_found_in_any_case() -> None:
    assert expand("__ANIMAL__", {"Animal": ["fox"]}) == ("fox",)


def test_an_unknown_wildcard_is_refused_with_the_nearest() -> None:
    with pytest.raises(InvalidRequest, match=r"“__anmial__”\. Did you mean animal"):
        expand("an __anmial__", ANIMALS)


def test_a_wildcard_without_lines_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="no lines"):
        expand("a __animal__", {"animal": []})


@pytest.mark.parametrize("wildcards", [{}, ANIMALS])
def test_an_unknown_wildcard_says_where_they_lie(wildcards: Mapping[str, Sequence[str]]) -> None:
    with pytest.raises(InvalidRequest, match="the folder wildcards of the data folder"):
        expand("a __moon__", wildcards)


@pytest.mark.parametrize("prompt", ["_", "____", "snake_case", "__a"])
def test_other_underscores_are_text(prompt: str) -> None:
    assert expand(prompt) == (prompt,)


def test_a_folder_of_wildcards_is_read_by_lines(tmp_path: Path) -> None:
    (tmp_path / "animal.txt").write_bytes("\ufefffox\r\n# birds\n\n  owl \nC# minor".encode())
    (tmp_path / "notes.md").write_text("no wildcard")

    assert load_wildcards(tmp_path) == {"animal": ("fox", "owl", "C# minor")}


def test_a_folder_that_is_not_there_holds_no_wildcards(tmp_path: Path) -> None:
    assert load_wildcards(tmp_path / "wildcards") == {}


def test_a_wildcard_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "animal.txt").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(Misconfigured, match=r"animal\.txt"):
        load_wildcards(tmp_path)


@settings(deadline=None, max_examples=300)
@given(TEXTS, st.booleans(), st.integers())
def test_any_text_is_expanded_or_refused(text: str, wild: bool, seed: int) -> None:
    try:
        prompts = expand(text, ANIMALS if wild else {}, seed)
    except InvalidRequest:
        return

    assert 1 <= len(prompts) <= MOST_TILES


@given(st.text(max_size=40))
def test_any_text_can_be_escaped(text: str) -> None:
    text = text.replace("\\", "")
    escaped = "".join(f"\\{letter}" if letter in "{|}_" else letter for letter in text)

    assert expand(escaped) == (text,)
