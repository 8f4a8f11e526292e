"""What the times of many calls say."""

import pytest

from storage.bench.clock import Clock


@pytest.mark.parametrize(
    ("share", "milliseconds"), [(0.5, 50.0), (0.99, 99.0), (0.991, 100.0), (1.0, 100.0)]
)
def test_so_many_milliseconds_are_enough_for_that_share(share: float, milliseconds: float) -> None:
    clock = Clock(times=[number / 1000 for number in reversed(range(1, 101))])

    assert clock.milliseconds(share) == pytest.approx(milliseconds)


async def test_a_call_is_timed_and_answers_as_ever() -> None:
    clock = Clock()

    async def call() -> str:
        return "a fox"

    assert await clock.time(call) == "a fox"
    assert len(clock.times) == 1
    assert clock.times[0] > 0
