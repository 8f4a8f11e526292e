"""What the jobs of one owner cost together, while they come and go."""

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.lane import Claim, Entry, Lane

Change = tuple[bool, int, int]
"""Whether one comes, where, and its price in cents; or one goes, and which."""
changes = st.lists(st.tuples(st.booleans(), st.integers(0, 20), st.integers(1, 900)), max_size=40)


@given(changes=changes, asked=st.lists(st.integers(0, 20), min_size=1, max_size=5))
@settings(deadline=None, max_examples=200)
def test_the_sum_of_some_prices_is_their_sum(changes: list[Change], asked: list[int]) -> None:
    lane = Lane(owner="ann", tier=0, weight=1.0, most_running=1, finish=0)
    numbers = count()

    for comes, where, cents in changes:
        if comes:
            number = next(numbers)
            entry = Entry(job=str(number), owner="ann", price=cents / 100, submitted=0.0)
            index = where % (len(lane.jobs) + 1)
            lane.insert(index, Claim(entry, lane, number, 0, 1))
        elif lane.jobs:
            lane.remove(where % len(lane.jobs))
        end = asked[where % len(asked)] % (len(lane.jobs) + 1)
        first = where % (end + 1)

        some = sum(claim.entry.price for claim in lane.jobs[first:end])
        assert lane.price_of(first, end) == pytest.approx(some)
