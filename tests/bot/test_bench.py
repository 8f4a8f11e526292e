"""The bench command from outside: what it measures, shows, writes and refuses."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import run
from bot.painters import Painters
from bot.settings import Settings

pytestmark = pytest.mark.usefixtures("folder")

PROMISED = [
    *("stock_ips", "solo_ips", "batched_ips", "solo_over_stock", "batched_over_stock"),
    *("short_p95_over_fifo", "turn_overhead_ms", "outputs_equal"),
]
CELL = {"size": "192x192", "steps": 50, "pictures": 3, "mean_s": 2.5, "min_s": 2.25, "max_s": 2.75}


def measured(*, grid: bool, equal: bool = True, device: str = "cpu") -> dict[str, Any]:
    """As the engine answers."""
    waits = {"p50_s": 0.25, "p95_s": 0.5}
    alike = {"pictures": 72, "equal": 72 if equal else 71, "furthest": 0, "mean": 0.0}
    answer: dict[str, Any] = {
        "stock_ips": 4.0,
        "solo_ips": 3.96,
        "batched_ips": 6.5,
        "solo_over_stock": 0.99,
        "batched_over_stock": 1.63,
        "short_p95_over_fifo": 0.17,
        "turn_overhead_ms": 1.4,
        "outputs_equal": equal,
        "stock_every_core_over_stock": 1.31 if device == "cpu" else None,
        "rounds": 3,
        "jobs": 24,
        "in_flight": 8,
        "latency": dict.fromkeys(("stock", "solo", "batched"), waits),
        "short_job": {"fifo": {"p50_s": 1.0, "p95_s": 2.4}, "short": {"p50_s": 0.2, "p95_s": 0.4}},
        "turn": {"1": {"p50_ms": 0.7, "p95_ms": 0.8}, "8": {"p50_ms": 1.4, "p95_ms": 1.9}},
        "outputs": {"solo": alike, "batched": {**alike, "furthest": 1, "mean": 9.6e-7}},
        "model": "book",
        "device": device,
        "precision": "float32",
        "torch_threads": 1,
    }
    return {**answer, "grid": [CELL]} if grid else answer


@dataclass
class FakeMeasure:
    """Answers at once with what it was given, and remembers what it was asked."""

    answer: Callable[..., Mapping[str, Any]] = measured
    asked: list[tuple[str, int, bool]] = field(default_factory=list)

    async def __call__(
        self,
        settings: Settings,
        model: str,
        *,
        rounds: int,
        with_grid: bool,
        tell: Callable[[int, str], None],
    ) -> Mapping[str, Any]:
        self.asked.append((model, rounds, with_grid))
        for way in ("stock", "solo", "batched", "fifo", "short", "every core", "grid", "turns"):
            tell(1, way)
        return self.answer(grid=with_grid)


@pytest.fixture
def measure() -> FakeMeasure:
    return FakeMeasure()


@pytest.fixture
def benched(painters: Painters, measure: FakeMeasure) -> Painters:
    return replace(painters, measure=measure)


def test_the_numbers_are_written_as_promised(benched: Painters, measure: FakeMeasure) -> None:
    assert run(["bench", "engine", "--json", "numbers.json"], benched) == 0

    numbers = json.loads(Path("numbers.json").read_text())
    assert set(numbers) == {"engine", "machine"}
    assert set(PROMISED) <= set(numbers["engine"])
    assert {"device", "versions", "commit", "date"} <= set(numbers["machine"])
    assert numbers["machine"]["device"] == "cpu"
    assert {"easel", "python", "torch", "diffusers"} <= set(numbers["machine"]["versions"])
    assert measure.asked == [("picturebook", 3, False)]


def test_without_a_file_the_numbers_are_only_shown(
    benched: Painters, measure: FakeMeasure, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["bench", "engine"], benched) == 0

    assert len(measure.asked) == 1
    assert list(Path().iterdir()) == []
    assert "images/s" in capsys.readouterr().out


def test_the_table_shows_every_way(benched: Painters, capsys: pytest.CaptureFixture[str]) -> None:
    run(["bench", "engine"], benched)

    told = capsys.readouterr()
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in told.out.splitlines()]
    assert [row for row in rows if row] == [
        ["stock diffusers, one by one", "4.00", "", "0.250", "0.500"],
        ["Easel, one by one", "3.96", "0.99 ×", "0.250", "0.500"],
        ["Easel, 8 in flight", "6.50", "1.63 ×", "0.250", "0.500"],
        ["stock diffusers, every core", "", "1.31 ×", "", ""],
    ]
    said = " ".join(told.out.split())
    assert "waits 0.40 s (p95); first come, first served it is 2.40 s" in said
    assert "0.70 ms with 1 job, 1.40 ms with 8 jobs" in said
    assert "The pictures are equal: one by one 72 of 72" in said


def test_pictures_that_are_not_equal_are_said_to_be_so(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    measure = FakeMeasure(lambda *, grid: measured(grid=grid, equal=False))

    run(["bench", "engine"], replace(painters, measure=measure))

    assert "NOT equal: one by one 71 of 72" in " ".join(capsys.readouterr().out.split())


def test_a_card_has_no_row_for_cores(
    painters: Painters, capsys: pytest.CaptureFixture[str]
) -> None:
    measure = FakeMeasure(lambda *, grid: measured(grid=grid, device="a card"))

    run(["bench", "engine"], replace(painters, measure=measure))

    told = capsys.readouterr().out
    assert "book on a card" in told
    assert "core" not in told


def test_the_grid_is_shown_where_it_was_asked_for(
    benched: Painters, measure: FakeMeasure, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["bench", "engine", "--grid", "--json", "numbers.json"], benched) == 0

    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    cells = ["│", "192x192", "│", "50", "│", "3", "│", "2.500", "│", "2.250", "│", "2.750", "│"]
    assert cells in rows
    assert json.loads(Path("numbers.json").read_text())["engine"]["grid"] == [CELL]
    assert measure.asked == [("picturebook", 3, True)]


def test_model_and_rounds_are_those_that_were_asked_for(
    benched: Painters, measure: FakeMeasure
) -> None:
    assert run(["bench", "engine", "--model", "xl", "--rounds", "7"], benched) == 0

    assert measure.asked == [("xl", 7, False)]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["engin"], "I know no benchmark “engin”. Did you mean engine"),
        (["moon"], "Known are: engine, storage, serving, all."),
        (["serving", "--painters", "one"], "“one” are no numbers of painters. Give them like"),
        (["serving", "--painters", "0,1"], "each from 1 to 64"),
        (["serving", "--painters", "1,65"], "each from 1 to 64"),
        (["engine", "--page", "serving.md"], "Only the serving has a page."),
        (["serving", "--page", "serving.html"], "Give a name like serving.md."),
        (["serving", "--page", "nowhere/serving.md"], "I may not write in the folder nowhere"),
        (["storage", "--scale", "0"], "greater than or equal to 0.0001"),
        (["--json", "nowhere/numbers.json"], "There is no folder nowhere."),
        (["--json", "."], "is a folder"),
        (["--rounds", "0"], "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_measured(
    arguments: list[str],
    sentence: str,
    benched: Painters,
    measure: FakeMeasure,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["bench", *arguments], benched) == 2

    told = capsys.readouterr()
    assert sentence in told.err
    assert told.out == ""
    assert measure.asked == []


def test_the_storage_is_measured_with_a_full_house(
    benched: Painters, measure: FakeMeasure, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["bench", "storage", "--scale", "0.0005", "--json", "numbers.json"], benched) == 0

    numbers = json.loads(Path("numbers.json").read_text())
    promised = ("submit", "take", "place", "history", "search")
    assert all(numbers["storage"][f"{call}_p99_ms"] > 0 for call in promised)
    assert numbers["storage"]["queue_bytes_per_job"] > 0
    assert numbers["machine"]["device"] == "cpu"
    assert "engine" not in numbers
    told = " ".join(capsys.readouterr().out.split())
    assert "50 jobs waiting, 500 pictures in history" in told
    assert "place in line" in told
    assert "bytes of memory" in told
    assert measure.asked == []
    assert [path.name for path in Path("data").iterdir()] == []


def test_all_is_everything_that_can_be_measured(benched: Painters, measure: FakeMeasure) -> None:
    assert run(["bench", "--scale", "0.0005", "--painters", "1", "--json", "n.json"], benched) == 0

    assert set(json.loads(Path("n.json").read_text())) == {
        *("engine", "storage", "serving", "machine")
    }
    assert len(measure.asked) == 1


def test_the_serving_is_measured_shown_and_written_as_a_page(
    benched: Painters, measure: FakeMeasure, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["bench", "serving", "--scale", "0.001", "--painters", "2,1"]

    assert run([*asked, "--json", "numbers.json", "--page", "serving.md"], benched) == 0

    numbers = json.loads(Path("numbers.json").read_text())
    serving = numbers["serving"]
    assert list(serving["painters"]) == ["1", "2"]
    assert serving["bot_cpu_ms_per_job"] > 0
    assert list(serving["policies"]) == ["fifo", "static", "continuous"]
    for policy in serving["policies"].values():
        assert {"ips", "p50_s", "p95_s", "slowdown_p95"} <= set(policy)
    assert set(numbers) == {"serving", "machine"}
    told = " ".join(capsys.readouterr().out.split())
    assert "simulated NVIDIA H100" in told
    assert "With painters that take no time" in told
    page = Path("serving.md").read_text()
    assert "The graphics cards are simulated" in page
    shown = re.findall(r"!\[.+\]\((.+)\)", page)
    assert sorted(shown) == sorted(path.name for path in Path().glob("*.svg"))
    assert len(shown) == 3
    assert [path.name for path in Path("data").iterdir()] == []
    assert measure.asked == []
