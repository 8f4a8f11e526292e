"""What somebody in line reads at the terminal and on the page."""

import pytest

from bot.messages import place_in_line


@pytest.mark.parametrize(
    ("ahead", "paused", "line"),
    [
        (0, False, "You are next: about 7 s to go."),
        (1, False, "1 picture ahead of you: about 7 s to go."),
        (3, False, "3 pictures ahead of you: about 7 s to go."),
        (0, True, "You are next. A moderator has stopped the queue for now; it keeps its place."),
        (
            3,
            True,
            "3 pictures ahead of you. A moderator has stopped the queue for now; it keeps its "
            "place.",
        ),
    ],
)
def test_a_place_is_told_in_pictures_and_without_a_time_while_nobody_knows_one(
    ahead: int, paused: bool, line: str
) -> None:
    assert place_in_line(ahead, 7.0, paused=paused) == line
