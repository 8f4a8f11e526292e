"""How much may be on its way in at a time."""

import pytest
from aiohttp import web

from bot.web.budget import FREE, Budget


def a_budget() -> Budget:
    return Budget(most=100, most_of_one=60)


def test_nobody_takes_more_than_their_share() -> None:
    budget = a_budget()

    with budget.share("a") as one, budget.share("a") as other:
        one.hold(FREE + 40)
        with pytest.raises(web.HTTPTooManyRequests) as refused:
            other.hold(FREE + 40)

        other.hold(FREE + 20)
    assert "Retry-After" in refused.value.headers


def test_all_together_take_no_more_than_there_is() -> None:
    budget = a_budget()

    with budget.share("a") as one, budget.share("b") as other:
        one.hold(FREE + 60)
        with pytest.raises(web.HTTPServiceUnavailable):
            other.hold(FREE + 60)


def test_what_is_small_always_has_room() -> None:
    budget = a_budget()

    with budget.share("a") as one, budget.share("a") as other:
        one.hold(FREE + 60)
        other.hold(FREE)


def test_a_body_that_grows_is_counted_once() -> None:
    budget = a_budget()

    with budget.share("a") as one:
        for size in range(FREE, FREE + 61):
            one.hold(size)
        with pytest.raises(web.HTTPTooManyRequests):
            one.hold(FREE + 61)


def test_what_is_over_leaves_room_for_the_next() -> None:
    budget = a_budget()
    with budget.share("a") as one:
        one.hold(FREE + 60)
        with pytest.raises(web.HTTPTooManyRequests):
            one.hold(FREE + 61)

    with budget.share("a") as next_one:
        next_one.hold(FREE + 60)

        assert next_one.size == 60
