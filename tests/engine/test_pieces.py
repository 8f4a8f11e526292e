"""How much of a prompt there is to read."""

import pytest

from engine.pieces import pieces_in


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", 1),
        ("a red boat on the sea", 1),
        ("a red boat " * 25, 1),
        ("a red boat " * 26, 2),
        ("a fox BREAK a hare", 2),
        ("a BREAKFAST", 1),
        ("a" * 6000, 10),
        ("9" * 150, 2),
        ("海" * 150, 2),
        ("!?" * 1000, 4),
    ],
)
def test_a_long_prompt_is_read_in_several_pieces(text: str, pieces: int) -> None:
    assert pieces_in(text) == pieces
