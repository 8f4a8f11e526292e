"""How often somebody may ask, also where somebody has very many addresses."""

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from bot.web.rate import A_MINUTE_S, MOST_REMEMBERED, Rate, Window, household


class Clock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_there_is_room_again_when_the_first_is_a_minute_old() -> None:
    clock = Clock()
    window = Window(2, clock)
    assert window.wait("a") == 0
    clock.now += 20
    assert window.wait("a") == 0

    assert window.wait("a") == A_MINUTE_S - 20
    clock.now += A_MINUTE_S - 20
    assert window.wait("a") == 0
    assert window.wait("a") == 20


def test_nobody_waits_for_somebody_else() -> None:
    window = Window(1, Clock())
    window.wait("a")

    assert window.wait("b") == 0


def test_a_million_addresses_need_no_more_memory_than_some() -> None:
    window = Window(1, Clock())

    for number in range(MOST_REMEMBERED * 2):
        window.wait(str(number))

    assert len(window) == MOST_REMEMBERED


def test_whoever_keeps_asking_is_not_forgotten() -> None:
    window = Window(1, Clock())
    window.wait("eager")

    for number in range(MOST_REMEMBERED * 2):
        window.wait(str(number))
        assert window.wait("eager") > 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("203.0.113.7", "203.0.113.8", False),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.8", False),
        ("", "", True),
    ],
)
def test_an_ipv6_household_is_one(one: str, other: str, same: bool) -> None:
    assert (household(one) == household(other)) is same


def test_who_follows_links_has_a_number_of_their_own() -> None:
    rate = Rate(of_followers=2, now=lambda: 0.0)
    request = make_mocked_request("GET", "/")

    rate.followed(request)
    rate.followed(request)
    rate.refused(request)

    with pytest.raises(web.HTTPTooManyRequests):
        rate.followed(request)
