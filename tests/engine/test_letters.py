"""Signs that are no part of anybody's words, and how they are shown instead."""

import json

from engine.letters import COMMANDS, escaped, shown
from tests.security import signs

ALL = [chr(number) for number in range(0x3000)]


def test_all_that_a_terminal_obeys_is_known_and_nothing_else() -> None:
    assert {sign for sign in ALL if COMMANDS.fullmatch(sign)} == signs.COMMANDS


def test_what_is_written_out_can_be_read_back() -> None:
    words = "a fox\x1b[2J\u202e\u2028"

    told = COMMANDS.sub(escaped, words)

    assert told == "a fox\\u001b[2J\\u202e\\u2028"
    assert json.loads(f'"{told}"') == words


def test_what_cannot_be_shown_is_a_question_mark() -> None:
    assert shown("a\x1bfox\u200e\ud800", 60) == "a?fox??"
    assert not [sign for sign in ALL if COMMANDS.search(shown(sign, 1))]


def test_no_more_is_shown_than_is_wanted() -> None:
    assert shown("a red fox", 5) == "a red"
