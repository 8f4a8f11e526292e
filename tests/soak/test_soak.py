"""The soak's own decisions: which faults come when, and what is said in the end."""

import asyncio
import json
import random
from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from types import SimpleNamespace
from typing import Any

import pytest

from tests.soak.complaints import MOST, Complaints
from tests.soak.faults import AROUND, OF_A_SERVER, ROUGH, STEADY, Befall, World, befall, dealt
from tests.soak.growth import Growth
from tests.soak.report import Report, page
from tests.soak.shape import shape_of

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_each_kind_of_fault_has_its_turn_before_any_has_another() -> None:
    kinds = tuple({**AROUND, **STEADY, **ROUGH, **OF_A_SERVER})

    hands = list(islice(dealt(kinds, random.Random(7)), 3 * len(kinds)))

    for begin in range(0, len(hands), len(kinds)):
        assert sorted(hands[begin : begin + len(kinds)]) == sorted(kinds)
    assert hands[: len(kinds)] != hands[len(kinds) : 2 * len(kinds)]


@pytest.mark.parametrize(("minutes", "gap_s"), [(1.0, 1.5), (10.0, 10.0), (60.0, 10.0)])
def test_faults_come_faster_in_a_short_soak(minutes: float, gap_s: float) -> None:
    shape = shape_of(minutes)

    assert shape.rough_s + shape.steady_s == pytest.approx(minutes * 60)
    assert shape.steady_s > 2 * shape.rough_s
    assert shape.rough_gap_s == pytest.approx(gap_s)


async def test_each_fault_befell_once_before_it_may_be_over() -> None:
    befallen = list[str]()

    def befalling(name: str) -> Befall:
        async def fault(_: World) -> None:
            befallen.append(name)
            await asyncio.sleep(0)

        return fault

    world: Any = SimpleNamespace(chance=random.Random(7), befallen=Counter())
    once, over = asyncio.Event(), asyncio.Event()
    kinds = {name: befalling(name) for name in ("kill", "stop", "lock")}
    task = asyncio.create_task(befall(world, kinds, gap_s=0.001, once=once, over=over))
    await once.wait()
    first = befallen[:3]
    over.set()
    await task

    assert sorted(first) == ["kill", "lock", "stop"]


def test_a_complaint_is_kept_once_and_too_many_are_counted() -> None:
    complaints = Complaints()

    complaints.add_all(["the same", "the same"])
    complaints.add_all(f"number {number}" for number in range(MOST))
    complaints.add("the same")

    assert len(complaints.said) == MOST
    assert len(complaints) == MOST + 1


def test_a_report_can_be_read_by_people_and_by_programs() -> None:
    growth = Growth(name="rss", seconds=600, first=500 * 2**20, last=510 * 2**20, drift=2**20)
    report = Report(
        minutes=10,
        seed=7,
        database="SQLite",
        began=NOW,
        took_s=700,
        jobs={"done": 1200, "cancelled": 34},
        pictures_kept=1,
        done={"imagine": 3},
        faults={"kill -9": 2},
        lives=3,
        looks=11,
        halts=0,
        starts_s=(5.0, 7.0),
        exits_s=(),
        stretch_s=420,
        growth=(growth,),
        sizes={"database": 2**20},
        log={},
        refused={},
        complaints=("job fox is lost",),
    )

    told = json.loads(json.dumps(report.as_json()))
    shown = page(report)

    assert (told["passed"], told["growth"][0]["share"]) == (False, pytest.approx(0.002))
    assert "| jobs | 1,234: cancelled 34, done 1200 |" in shown
    assert "| rss | 500 MiB | 510 MiB | 1 MiB | +0.2% |" in shown
    assert "- job fox is lost" in shown
