"""Which changes of a place are worth telling."""

import pytest

from bot.web.expected import Expected, expected
from engine.place import Place

THEN = Expected(ahead=40, arrives=1000.0)


@pytest.mark.parametrize(
    ("now", "holds"),
    [
        (Expected(ahead=40, arrives=1000.0), True),
        (Expected(ahead=37, arrives=1020.0), True),
        (Expected(ahead=35, arrives=1000.0), False),
        (Expected(ahead=40, arrives=1300.0), False),
        (Expected(ahead=40, arrives=700.0), False),
        (Expected(ahead=40, arrives=1000.0, paused=True), False),
    ],
)
def test_far_back_only_large_changes_are(now: Expected, holds: bool) -> None:
    assert THEN.holds(now, 500.0) is holds


def test_near_the_front_each_picture_is() -> None:
    assert not Expected(ahead=3, arrives=10.0).holds(Expected(ahead=2, arrives=10.0), 0.0)


def test_the_sooner_it_is_there_the_more_exactly_it_is_told() -> None:
    then, now = Expected(ahead=0, arrives=100.0), Expected(ahead=0, arrives=105.0)

    assert then.holds(now, 0.0)
    assert not then.holds(now, 90.0)


def test_it_arrives_by_the_clock() -> None:
    assert expected(Place(ahead=2, seconds=7.5, paused=True), 100.0) == Expected(
        ahead=2, arrives=107.5, paused=True
    )
