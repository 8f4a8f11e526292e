"""Growth: a leak is found, and what is none is left alone."""

import random
from collections.abc import Callable
from dataclasses import replace

from tests.soak.growth import Growth, Sample, growth_of


def samples(value: Callable[[float], float], seconds: int = 1200) -> list[Sample]:
    """One each two seconds, with the noise of a program at work."""
    chance = random.Random(7)
    return [
        Sample(at=float(at), values={"rss": value(at) + chance.uniform(-5, 5)})
        for at in range(0, seconds, 2)
    ]


def grown(value: Callable[[float], float]) -> Growth:
    [growth] = growth_of(samples(value))
    return growth


def test_a_leak_is_found() -> None:
    assert grown(lambda at: 500 + at * 0.1).too_much


def test_what_fills_up_while_it_warms_is_no_leak() -> None:
    assert not grown(lambda at: min(500 + at, 900)).too_much


def test_a_cache_that_is_full_in_the_end_is_no_leak() -> None:
    assert not grown(lambda at: min(500 + at * 0.15, 600)).too_much


def test_a_busy_end_is_no_leak() -> None:
    assert not grown(lambda at: 600 if at > 1150 else 500).too_much


def test_what_shrinks_is_no_leak() -> None:
    assert not grown(lambda at: 900 - at * 0.1).too_much


def test_a_few_descriptors_more_are_no_leak() -> None:
    few = Growth(name="files", seconds=600, first=30, last=33, drift=5)

    assert not few.too_much
    assert replace(few, last=40, drift=11).too_much


def test_descriptors_of_a_busier_time_are_no_leak_and_those_that_stay_open_are() -> None:
    def files(at: int, leaked: float) -> Sample:
        busy = 40 + at // 20 if at % 20 else 0
        return Sample(at=float(at), values={"files": 30 + busy + leaked})

    [busier] = growth_of([files(at, 0) for at in range(0, 1200, 2)])
    [leaking] = growth_of([files(at, at / 60) for at in range(0, 1200, 2)])

    assert not busier.too_much
    assert leaking.too_much


def test_of_a_short_life_nothing_is_said() -> None:
    assert not growth_of(samples(lambda at: 500 + at, seconds=300))
    assert not growth_of([])
