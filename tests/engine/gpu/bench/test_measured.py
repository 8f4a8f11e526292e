"""Times: percentiles are times that were measured, and nothing stands for what was not."""

from math import inf, nan
from typing import Any

import pytest

from engine.gpu.bench.measured import Run, median_ratio, percentile


def run(**changes: Any) -> Run:
    usual: dict[str, Any] = {"seconds": 3.0, "waits": (1.0, 2.0), "pictures": (b"one", b"two")}
    return Run(**{**usual, **changes})


@pytest.mark.parametrize(
    ("percent", "time"),
    [(1, 1.0), (25, 1.0), (26, 2.0), (50, 2.0), (75, 3.0), (95, 9.0), (100, 9.0)],
)
def test_a_percentile_is_one_of_the_times(percent: float, time: float) -> None:
    assert percentile([9.0, 2.0, 1.0, 3.0], percent) == time


def test_the_slowest_of_a_hundred_is_not_the_95th_percentile() -> None:
    times = [float(time) for time in range(1, 101)]

    assert percentile(times, 95) == 95.0


@pytest.mark.parametrize("times", [[], [0.0], [1.0, nan], [inf], [-1.0, 2.0]])
def test_what_no_clock_showed_has_no_percentile(times: list[float]) -> None:
    with pytest.raises(ValueError, match=r"measured|no clock"):
        percentile(times, 50)


@pytest.mark.parametrize("percent", [0, -5, 101])
def test_there_is_no_such_percentile(percent: float) -> None:
    with pytest.raises(ValueError, match="percent"):
        percentile([1.0], percent)


def test_a_run_knows_its_pictures_a_second() -> None:
    assert run(seconds=4.0).ips == 0.5


@pytest.mark.parametrize(
    "changes",
    [
        {"waits": (), "pictures": ()},
        {"waits": (1.0, 0.0)},
        {"waits": (1.0,)},
        {"pictures": (b"one", b"")},
        {"seconds": 0.0},
        {"seconds": nan},
        {"seconds": 1.5},
    ],
)
def test_a_run_that_was_not_measured_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"run|measured|clock"):
        run(**changes)


def test_a_ratio_is_the_median_of_those_inside_a_round() -> None:
    # The second round was ten times slower for both, and changes nothing.
    assert median_ratio([2.0, 20.0, 3.0], [1.0, 10.0, 1.0]) == 2.0


def test_rounds_without_a_counterpart_have_no_ratio() -> None:
    with pytest.raises(ValueError, match="shorter"):
        median_ratio([1.0, 2.0], [1.0])
