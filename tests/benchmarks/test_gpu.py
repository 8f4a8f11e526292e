"""The one command: what it does with its time, with what fails, and what it needs."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import pytest
import torch

from benchmarks import gpu
from benchmarks.bench import Bench
from benchmarks.measuring import measure, no_card
from benchmarks.needed import PACKAGES, missing
from benchmarks.plan import Part
from benchmarks.record import CUT_OFF, NotKept, Record
from benchmarks.references import GOALS
from benchmarks.worth import parts_of
from tests.benchmarks.test_record import CARD

ROOT = Path(__file__).parents[2]
AN_HOUR = 3600.0
FP8_S = 130
CALL_S = 480


@dataclass(frozen=True)
class Figure:
    ms: float = 1.0


class Compilers:
    """At work after so many parts, and then quiet, if at all."""

    def __init__(self, busy: int = 0, *, for_ever: bool = False) -> None:
        self.busy = busy
        self._for_ever = for_ever

    @property
    def at_work(self) -> bool:
        self.busy -= 1
        return self.busy >= 0

    def quiet(self, within_s: float) -> bool:
        return within_s > 0 and not self._for_ever


class Measuring:
    """Parts that note when they are measured."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.done: list[str] = []
        self.beside = Compilers()

    def part(self, name: str, seconds: float = 1, error: Exception | None = None) -> Part:
        def measure() -> Figure:
            self.done.append(name)
            if error is not None:
                raise error
            return Figure(ms=float(len(self.done)))

        return Part(name=name, seconds=seconds, measure=measure)

    def run(self, *parts: Part, for_s: float = AN_HOUR) -> tuple[Record, list[str]]:
        record = Record.at(self.file, CARD)
        until = perf_counter() + for_s
        left_out = measure(parts, record, self.beside, until=until, tell=lambda told: None)
        return record, [*left_out]


@pytest.fixture
def measuring(tmp_path: Path) -> Measuring:
    return Measuring(tmp_path / "gpu.json")


def test_what_is_there_is_not_measured_again(measuring: Measuring) -> None:
    parts = [measuring.part("one"), measuring.part("two")]
    measuring.run(*parts)

    record, left_out = measuring.run(*parts)

    assert measuring.done == ["one", "two"]
    assert [*record.found] == ["one", "two"]
    assert left_out == []


def test_a_part_that_fails_is_written_down_and_the_next_goes_on(measuring: Measuring) -> None:
    wrong = measuring.part("wrong", error=RuntimeError("no such kernel"))

    record, _ = measuring.run(wrong, measuring.part("right"))

    assert record.failed == {"wrong": "RuntimeError: no such kernel"}
    assert [*record.found] == ["right"]


def test_what_failed_is_tried_again_by_the_next_run_and_once_by_each(measuring: Measuring) -> None:
    parts = [measuring.part("wrong", error=RuntimeError("no")), measuring.part("right")]

    measuring.run(*parts)
    measuring.run(*parts)

    assert measuring.done == ["wrong", "right", "wrong"]


def test_after_the_card_fell_into_disorder_nothing_more_is_measured(measuring: Measuring) -> None:
    wrong = measuring.part("wrong", error=torch.AcceleratorError("illegal memory access"))

    record, left_out = measuring.run(wrong, measuring.part("next"))

    assert measuring.done == ["wrong"]
    assert "illegal memory access" in record.failed["wrong"]
    assert "next" in left_out


def test_a_part_that_is_cut_off_is_known_to_the_next_run(measuring: Measuring) -> None:
    def killed() -> Figure:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measuring.run(Part(name="deadly", seconds=1, measure=killed))

    assert Record.at(measuring.file, CARD).failed == {"deadly": CUT_OFF}


def test_what_there_is_no_time_for_is_told_and_not_begun(measuring: Measuring) -> None:
    _, left_out = measuring.run(
        measuring.part("long", seconds=2 * AN_HOUR), measuring.part("short")
    )

    assert measuring.done == ["short"]
    assert left_out == ["long"]


def test_what_was_measured_beside_a_compiler_is_measured_again(measuring: Measuring) -> None:
    measuring.beside = Compilers(1)

    record, _ = measuring.run(measuring.part("one"), measuring.part("two"))

    assert measuring.done == ["one", "one", "two"]
    assert record.found["one"] == {"ms": 2.0}
    assert record.disturbed == []


def test_where_compilers_never_rest_the_first_figure_stays_and_says_so(
    measuring: Measuring,
) -> None:
    measuring.beside = Compilers(1, for_ever=True)

    record, _ = measuring.run(measuring.part("one"))

    assert measuring.done == ["one"]
    assert record.disturbed == ["one"]
    assert json.loads(measuring.file.read_text("utf-8"))["parts"]["one"]["disturbed"] is True


def test_where_the_second_time_was_disturbed_as_well_the_first_stays(measuring: Measuring) -> None:
    measuring.beside = Compilers(2)

    record, _ = measuring.run(measuring.part("one"))

    assert measuring.done == ["one", "one"]
    assert record.found["one"] == {"ms": 1.0}
    assert record.disturbed == ["one"]


def test_a_second_time_that_fails_takes_nothing_from_the_first(measuring: Measuring) -> None:
    measuring.beside = Compilers(1)
    figures = iter([Figure(ms=7.0)])

    record, _ = measuring.run(Part(name="one", seconds=1, measure=lambda: next(figures)))

    assert record.found["one"] == {"ms": 7.0}
    assert record.failed == {}


def test_what_cannot_be_kept_is_not_measured(tmp_path: Path) -> None:
    measuring = Measuring(tmp_path / "gone" / "gpu.json")

    with pytest.raises(NotKept, match="cannot be written: No such file"):
        measuring.run(measuring.part("one"))

    assert measuring.done == []


def test_a_figure_that_cannot_be_kept_any_more_ends_the_measuring(measuring: Measuring) -> None:
    def filling() -> Figure:
        # A file cannot take the place of a folder.
        measuring.file.with_name(".gpu.json.new").mkdir()
        return Figure()

    with pytest.raises(NotKept, match="cannot be written"):
        measuring.run(Part(name="one", seconds=1, measure=filling))


def test_every_part_of_every_model_has_a_name_of_its_own() -> None:
    parts = parts_of(Bench(device=torch.device("cpu"), narrow=False))

    assert len({part.name for part in parts}) == len(parts)
    assert parts[0].name == "machine"


@pytest.mark.parametrize(("first_without", "calls"), [("ladder/sd15", 2), ("switched/sd15", 3)])
def test_what_the_goals_want_comes_first_and_fits_into_two_calls(
    first_without: str, calls: int
) -> None:
    parts = parts_of(Bench(device=torch.device("cpu"), narrow=False))
    wanted = parts[: [part.name for part in parts].index(first_without)]

    # What no processor has is not among them.
    assert sum(part.seconds for part in wanted) + FP8_S <= calls * CALL_S
    assert {goal.part for goal in GOALS} <= {*(part.name for part in wanted), "fp8/sdxl"}


@pytest.mark.timeout(300)
def test_its_end_waits_for_no_compiler() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.compiling"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )

    assert done.returncode == 3
    assert done.stderr == "The compiler was still at work. With --without flags it tries less.\n"


def test_what_is_not_installed_is_named() -> None:
    assert missing() == []
    assert missing([*PACKAGES, "diffusors"]) == ["diffusors"]


def test_without_a_card_only_the_way_can_be_tried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="Only the way can be tried: --narrow"):
        gpu.main(["--device", "cpu", "--json", str(tmp_path / "gpu.json")])


@pytest.mark.parametrize(
    ("driver", "cuda", "why"),
    [
        ("", "13.0", "There is no graphics card here."),
        ("570.86.10", None, "was made for processors; a card needs one with CUDA."),
        ("570.86.10", "13.0", "NVIDIA's driver 570.86.10: it needs one for CUDA 13.0."),
    ],
)
def test_why_no_card_can_be_used_is_one_sentence(driver: str, cuda: str | None, why: str) -> None:
    assert no_card(driver, cuda).endswith(why)


def test_a_model_that_nobody_knows_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        gpu.main(["--models", "sd16", "--json", str(tmp_path / "gpu.json")])

    assert "sd16 is none of sd15, sdxl, sd3" in capsys.readouterr().err


def test_a_switch_is_left_out_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "gpu.json"
    asked = ["--narrow", "--device", "cpu", "--json", str(file), "--parts", "machine"]

    with pytest.raises(SystemExit) as end:
        gpu.main([*asked, "--without", "flags"])

    assert end.value.code == 0
    assert json.loads(file.read_text("utf-8"))["setup"]["without"] == "flags"


def test_it_needs_no_other_packages_than_it_says(tmp_path: Path) -> None:
    file = tmp_path / "gpu.json"
    asked = ["--narrow", "--device", "cpu", "--json", str(file), "--models", "sd3"]

    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.only_needed", *asked, "--parts", "machine,rows"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "machine …\nrows/sd3 …\n")
    assert [*json.loads(file.read_text("utf-8"))["parts"]] == ["machine", "rows/sd3"]
