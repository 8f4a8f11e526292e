"""The few numbers that tell of many waits."""

import pytest

from engine.simulation.outcome import Outcome, percentile
from tests.engine.simulation.cases import ALICE, GREEDY, SECONDS, asks


def test_waits_and_slowdowns_are_counted_from_asking() -> None:
    modest = asks((0.0, 3), (4.0, 3), owner=ALICE)
    greedy = asks((4.0, 3), owner=GREEDY)

    outcome = Outcome.of([*modest, *greedy], [3.75, 11.5, 19.0], SECONDS)

    assert outcome == Outcome(
        ips=0.25,  # only the first is there while they still ask
        p50_s=7.5,
        p95_s=15.0,
        slowdown_p95=4.0,
        modest_slowdown_p95=2.0,
        greedy_slowdown_p95=4.0,
    )


@pytest.mark.parametrize(("percent", "number"), [(50, 50), (95, 95), (99, 99), (100, 100)])
def test_so_many_percent_do_not_exceed_it(percent: int, number: float) -> None:
    assert percentile([float(each) for each in range(100, 0, -1)], percent) == number


def test_of_nobody_there_is_nothing() -> None:
    assert percentile([], 95) == 0.0
