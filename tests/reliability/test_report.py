"""What is written of a run: only promises of which all tests ran, and what was really tried."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.reliability.document import lines_in
from tests.reliability.evidence import ROOT

TESTS = """
import pytest

@pytest.mark.promise(9, count=50)
def test_one(record_property):
    record_property("figure", "p99 7 ms")

@pytest.mark.parametrize("count", [5, pytest.param(60, marks=pytest.mark.slow)])
@pytest.mark.promise(9)
def test_two(count): ...

@pytest.mark.promise(10, count=70)
def test_three(record_property):
    record_property("count", 80)
    assert False

@pytest.mark.mutant(9)
def test_found_out(): ...
"""
SETTINGS = """
from pathlib import Path
from tests.reliability import report
from tests.reliability.evidence import evidence_in
from tests.reliability.report import *

report.all_evidence = lambda: tuple(evidence_in(Path("test_it.py").read_text(), "test_it.py"))
"""


def lines_after(folder: Path, *given: str) -> dict[int, str]:
    """The page after a run of these tests."""
    page = folder / "page.md"
    (folder / "conftest.py").write_text(SETTINGS)
    (folder / "test_it.py").write_text(TESTS)
    subprocess.run(
        [sys.executable, "-m", "pytest", f"--promises={page}", *given],
        cwd=folder,
        # All that is installed beside it would take longer to load than these tests to run.
        env={"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        stdout=subprocess.DEVNULL,
    )
    return lines_in(page.read_text("utf-8")) if page.exists() else {}


def test_a_whole_run_is_written_down(tmp_path: Path) -> None:
    lines = lines_after(tmp_path, "test_it.py")

    assert "| 60, 50 | held; broken programs found out: 1; p99 7 ms |" in lines[9]
    assert "| 80 | **not held**: test_three |" in lines[10]
    assert "not tried in full yet" in lines[8]


@pytest.mark.parametrize(
    "part", [["test_it.py", "-m", "not slow"], ["test_it.py::test_one", "test_it.py::test_three"]]
)
def test_a_part_of_a_promise_is_not_written_down(tmp_path: Path, part: list[str]) -> None:
    lines = lines_after(tmp_path, *part)

    assert "not tried in full yet" in lines[9]
    assert "not held" in lines[10]


def test_only_tests_of_the_promise_that_is_asked_for_run(tmp_path: Path) -> None:
    lines = lines_after(tmp_path, "--promise=9", "test_it.py")

    assert "held" in lines[9]
    assert "not tried in full yet" in lines[10]
