from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.emphasis import Fragment, Lora, read_emphasis

# Text made of what the language is made of finds more than text made of any letters.
SIGNS = st.sampled_from(
    (
        *("(", ")", "[", "]", "\\", "<", ">", ":", "1.3", "0,8", "1e9", "nan", "-2", ".", " "),
        *("BREAK", "<lora:", "<LoRA:fox:0.5>", "a", "fox", "((", "))", ":1.1)", ":0)", "É", "\n"),
    )
)
TEXTS = st.lists(SIGNS, max_size=25).map("".join) | st.text(max_size=40)


def fragments(text: str) -> list[tuple[str, float]]:
    emphasis = read_emphasis(text)
    assert len(emphasis.chunks) == 1
    return [(fragment.text, fragment.weight) for fragment in emphasis.chunks[0]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(a:1.5) b", [("a", 1.5), (" b", 1.0)]),
        ("an (important) word", [("an ", 1.0), ("important", 1.1), (" word", 1.0)]),
        ("((a))", [("a", 1.21)]),
        ("[a]", [("a", 1 / 1.1)]),
        ("[[a]]", [("a", 1 / 1.21)]),
        ("([a])", [("a", 1.0)]),
        ("(a:1,3)", [("a", 1.3)]),
        ("(a: 1.3 )", [("a", 1.3)]),
        ("(a:.5)", [("a", 0.5)]),
        ("(a:0)", [("a", 0.0)]),
        ("(unnecessary)(parens)", [("unnecessaryparens", 1.1)]),
        ("(a [b) c]", [("a ", 1.1), ("b", 1.0), (" c", 1 / 1.1)]),
        (
            "a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).",
            [
                *(("a ", 1.0), ("house", 1.573), (" ", 1.1), ("on", 1.0), (" a ", 1.1)),
                *(("hill", 0.55), (", sun, ", 1.1), ("sky", 1.4641), (".", 1.1)),
            ],
        ),
    ],
)
def test_brackets_weigh_as_in_a1111(text: str, expected: list[tuple[str, float]]) -> None:
    found = fragments(text)

    assert [text for text, _ in found] == [text for text, _ in expected]
    assert [weight for _, weight in found] == pytest.approx([weight for _, weight in expected])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(a", [("a", 1.1)]),
        ("b ((a", [("b ", 1.0), ("a", 1.21)]),
        ("[a", [("a", round(1 / 1.1, 6))]),
        ("a)", [("a)", 1.0)]),
        ("a]", [("a]", 1.0)]),
        ("a:1.3)", [("a:1.3)", 1.0)]),
        ("(a:)", [("a:", 1.1)]),
        ("(a:much)", [("a:much", 1.1)]),
        ("(a:1.2.3)", [("a:1.2.3", 1.1)]),
        ("(a:nan)", [("a:nan", 1.1)]),
        ("(:1.3)", []),
    ],
)
def test_what_is_not_closed_or_no_weight_is_taken_as_a1111_takes_it(
    text: str, expected: list[tuple[str, float]]
) -> None:
    assert fragments(text) == expected


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"\(a\)", "(a)"),
        (r"\[a\]", "[a]"),
        (r"a \\ b", r"a \ b"),
        (r"\(a:1.3\)", "(a:1.3)"),
        (r"\BREAK", "BREAK"),
        (r"\<lora:fox:1>", "<lora:fox:1>"),
        (r"C:\pictures", r"C:\pictures"),
        ("C++ code, cat--", "C++ code, cat--"),
        ("x.swap", "x.swap"),
        ("BREAKFAST, OUTBREAK, break", "BREAKFAST, OUTBREAK, break"),
        ("<lora:>", "<lora:>"),
        ("<lora: >", "<lora: >"),
        ("<lora:fox:strong>", "<lora:fox:strong>"),
        ("a < b > c: 3", "a < b > c: 3"),
        ("a <lora:fox>", "a "),
        ("<lora:fox>", ""),
        ("(a:1.0)", "a"),
        ("", ""),
        ("  ", "  "),
    ],
)
def test_plain_text_stays_as_it_is(text: str, plain: str) -> None:
    assert read_emphasis(text).plain == plain


@pytest.mark.parametrize("text", ["(a)", "a BREAK b", "(a) <lora:fox>", "[a] b"])
def test_a_text_with_emphasis_is_not_plain(text: str) -> None:
    assert read_emphasis(text).plain is None


def test_a_call_in_program_text_keeps_its_name() -> None:
    assert fragments("x.swap(y)") == [("x.swap", 1.0), ("y", 1.1)]


def test_break_splits_and_takes_the_white_space_around_it() -> None:
    emphasis = read_emphasis("a fox  BREAK\n(a hill BREAK snow:1.2)BREAK BREAK")

    assert emphasis.chunks == (
        (Fragment(text="a fox"),),
        (Fragment(text="a hill", weight=1.2),),
        (Fragment(text="snow", weight=1.2),),
    )


@pytest.mark.parametrize("text", ["", "BREAK", " BREAK BREAK ", "()", "<lora:fox>"])
def test_a_prompt_of_nothing_is_one_empty_chunk(text: str) -> None:
    assert read_emphasis(text).chunks == ((),)


def test_loras_are_taken_out() -> None:
    emphasis = read_emphasis("a <lora:fur:0.8>fox<lora: old film > <LORA:ink:1,5>")

    assert emphasis.chunks == ((Fragment(text="a fox "),),)
    assert emphasis.loras == (
        Lora(name="fur", weight=0.8),
        Lora(name="old film", weight=1.0),
        Lora(name="ink", weight=1.5),
    )


@pytest.mark.parametrize(
    ("text", "weight"), [("(a:-2)", 0.0), ("(a:99)", 10.0), (f"(a:{'9' * 999})", 10.0)]
)
def test_weights_stay_between_zero_and_ten(text: str, weight: float) -> None:
    assert fragments(text) == [("a", weight)]


def test_a_lora_weighs_between_minus_ten_and_ten() -> None:
    loras = read_emphasis(f"<lora:a:-1><lora:b:{'9' * 999}>").loras

    assert [lora.weight for lora in loras] == [-1.0, 10.0]


def test_zero_inside_endless_brackets_is_zero() -> None:
    assert fragments("(" * 9000 + "(a:0)")[0] == ("a", 0.0)


@pytest.mark.parametrize("piece", ["(", "[", ")", "(a:", "<lora:", "1", ":1", "\\", "B", "( ", " "])
def test_a_hostile_prompt_is_read_at_once(piece: str) -> None:
    # At a cost that grew with the square of the length this would not end before the timeout.
    emphasis = read_emphasis(piece * 100_000 + "fox")

    assert "".join(f.text for f in emphasis.chunks[0]).endswith("fox")


@given(TEXTS)
def test_any_text_can_be_read(text: str) -> None:
    emphasis = read_emphasis(text)

    assert all(chunk for chunk in emphasis.chunks) or emphasis.chunks == ((),)
    for chunk in emphasis.chunks:
        assert all(fragment.text for fragment in chunk)
        assert all(0 <= fragment.weight <= 10 for fragment in chunk)
        assert all(a.weight != b.weight for a, b in pairwise(chunk))
    assert all(0 <= lora.weight <= 10 for lora in emphasis.loras)
