"""Terms of tiers and people: what is not there comes from above."""

import sys
from datetime import timedelta

import pytest

from engine.allowance import UNLIMITED, Allowance
from engine.errors import InvalidRequest
from engine.terms import allowance_of, checked


def test_no_terms_are_no_limits() -> None:
    assert allowance_of() == allowance_of({}, {}) == UNLIMITED


def test_the_later_go_first_field_by_field() -> None:
    tier = {"per_day": 50, "most_steps": 40, "window": 7200}

    allowance = allowance_of(tier, {"per_day": 9.5})

    assert (allowance.per_day, allowance.most_steps) == (9.5, 40)
    assert allowance.window == timedelta(hours=2)


def test_none_is_no_limit_also_where_there_was_one() -> None:
    tier = {"per_day": 50, "most_waiting": 3}

    assert allowance_of(tier, {"per_day": None, "most_waiting": None}) == UNLIMITED


def test_what_a_newer_easel_wrote_is_passed_over() -> None:
    assert allowance_of({"colour": 7, "tier": 2}) == Allowance(
        tier=2, most_waiting=sys.maxsize, most_running=sys.maxsize
    )


def test_whole_numbers_are_kept_as_such() -> None:
    assert checked({"most_steps": 40.0, "per_day": 2, "weight": 0.5}) == {
        "most_steps": 40,
        "per_day": 2,
        "weight": 0.5,
    }


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("per_day", -1, "no amount"),
        ("per_day", float("nan"), "no number"),
        ("per_day", float("inf"), "no amount"),
        ("per_day", 1e12, "no amount"),
        ("per_day", True, "no number"),
        ("per_day", "7", "no number"),
        ("most_steps", 1.5, "whole number"),
        ("most_steps", float("inf"), "whole number"),
        ("most_running", 0, "at least 1"),
        ("tier", 2**63, "whole number"),
        ("tier", None, "must be a number"),
        ("weight", None, "must be a number"),
        ("weight", 0, "no weight"),
        ("window", 1, "a minute to 366 days"),
        ("window", float("inf"), "a minute to 366 days"),
        ("colour", 1, "nothing that can be allowed"),
    ],
)
def test_terms_that_cannot_be_kept_are_refused(name: str, value: float, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        checked({name: value})
