"""The storage benchmark, small: it measures what Easel really does."""

import os
from pathlib import Path

import pytest

from storage.bench.measure import CALLS, measure
from storage.bench.scene import Size
from tests.fakes import BOOK

SMALL = Size(jobs=300, pictures=1_200, calls=20)


@pytest.fixture
def told() -> list[tuple[str, int, int]]:
    return []


async def test_every_call_is_timed_and_nothing_stays(
    tmp_path: Path, told: list[tuple[str, int, int]]
) -> None:
    numbers = await measure(tmp_path, SMALL, BOOK, lambda *far: told.append(far))

    for call in CALLS:
        times = numbers["times"][call]
        assert 0 < times["p50_ms"] <= times["p99_ms"] <= times["most_ms"]
        assert numbers[f"{call}_p99_ms"] == times["p99_ms"]
    assert (numbers["jobs"], numbers["pictures"], numbers["calls"]) == (300, 1_200, 20)
    assert list(dict.fromkeys(what for what, _, _ in told)) == ["pictures", "waiting jobs", "calls"]
    assert os.listdir(tmp_path) == []
