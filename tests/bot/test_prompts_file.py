"""Which lines of a file are prompts, and how a mistake in one is told."""

import pytest

from bot.prompts_file import Line, read_prompts
from engine.errors import InvalidRequest
from engine.request import ImageRequest


def prompts_of(text: str) -> list[tuple[int | None, str]]:
    return [(line.number, line.prompt) for line in read_prompts(text)]


def test_every_line_is_a_prompt() -> None:
    assert (
        prompts_of("a fox\nan owl")
        == prompts_of("a fox\nan owl\n")
        == [
            (1, "a fox"),
            (2, "an owl"),
        ]
    )


def test_empty_lines_and_comments_are_left_out_and_counted() -> None:
    text = "# animals\n\n  a fox  \n \t\n   # birds\nan owl # at night"

    assert prompts_of(text) == [(3, "a fox"), (6, "an owl # at night")]


@pytest.mark.parametrize(
    "text", ["a fox\r\n\r\nan owl\r\n", "\ufeffa fox\n\nan owl", "\na fox\u2028\n\nan owl"[1:]]
)
def test_files_of_other_programs_are_read(text: str) -> None:
    assert prompts_of(text) == [(1, "a fox"), (3, "an owl")]


def test_a_line_ends_only_where_editors_end_it() -> None:
    assert prompts_of("a fox\u2028in\x0bthe\x85snow\nan owl")[1] == (2, "an owl")


def test_a_line_is_in_the_prompt_language() -> None:
    line = Line(number=1, prompt="a fox --seed 7 --hires 2")

    assert line.request() == ImageRequest(prompt="a fox", seed=7, upscale=2, redraw=0.5)


def test_flags_of_the_line_win_over_what_is_given_for_all() -> None:
    first, second = read_prompts("a fox --seed 7\nan owl")

    requests = [line.request(seed=1, steps=9, model=None) for line in (first, second)]

    assert [(request.seed, request.steps) for request in requests] == [(7, 9), (1, 9)]


def test_a_prompt_can_begin_with_the_sign_of_comments() -> None:
    (line,) = read_prompts('--prompt "#1 in the race"')

    assert line.request().prompt == "#1 in the race"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("# one\na fox --sede 7", "^Line 2: I know no flag --sede. Did you mean --seed"),
        ("\n\n--seed 7", "^Line 3: Tell me what to paint"),
        ("a fox\x00", "^Line 1: There is a character in the prompt that is no text"),
        ("a fox --steps 0", "^Line 1: steps is a whole number from 1 to 150"),
        ("x" * 10_000, "^Line 1: That prompt has 10,000 characters"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, sentence: str) -> None:
    (line,) = read_prompts(text)

    with pytest.raises(InvalidRequest, match=sentence):
        line.request()


def test_what_is_found_out_later_is_told_with_the_line_too() -> None:
    line = Line(number=12, prompt="a fox")

    with pytest.raises(InvalidRequest, match=r"^Line 12: I have no such model"), line.named():
        raise InvalidRequest("I have no such model.")


@pytest.mark.parametrize("text", ["", "\n \n", "# only\n  # comments\n", "\ufeff"])
def test_a_file_without_a_prompt_is_refused_with_the_mend(text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"no prompt in that file\. Write one a line"):
        read_prompts(text)
