"""Hears how the tests of the promises ended, and writes that into a document.

A promise gets a new line only where all of its tests ran; otherwise it keeps the one it has.
"""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.reliability.document import Outcome, line_of, write
from tests.reliability.evidence import MUTANT, PROMISE, ROOT, all_evidence
from tests.reliability.promises import PROMISES

FIGURE, COUNT = "figure", "count"
"""The names of the properties in which a test says what it measured, and how often it really tried
where it cannot know that beforehand."""
TRIED = ("bot", "engine", "storage", "migrations", "tests")
MARKS = (
    f"{PROMISE}(number, ..., count): shows this promise by so many tries",
    f"{MUTANT}(number, ...): lets a program be found out that does not keep this promise",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("promises")
    group.addoption("--promises", metavar="FILE", help="write there how the promises were kept")
    group.addoption(
        "--promise", type=int, action="append", metavar="NUMBER", help="only tests of this promise"
    )


def pytest_configure(config: pytest.Config) -> None:
    for mark in MARKS:
        config.addinivalue_line("markers", mark)
    if wanted := config.getoption("--promise"):
        _look_only_for(set(wanted), config)
    # Those who run a part of the tests for another process have nothing to write.
    if config.getoption("--promises") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Report(Path(config.getoption("--promises"))), "promises")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = set(config.getoption("--promise") or ())
    if not wanted:
        return
    left = [item for item in items if not wanted & set(_numbers(item))]
    items[:] = [item for item in items if wanted & set(_numbers(item))]
    config.hook.pytest_deselected(items=left)


class Report:
    """Of one run."""

    def __init__(self, file: Path) -> None:
        self._file = file
        # Now, since somebody may commit something else before all of it has run.
        self._commit = _commit()
        self._collected: dict[str, pytest.Item] = {}
        self._passed: dict[str, bool] = {}
        self._figures: dict[str, tuple[str, ...]] = {}
        self._counts: dict[str, int] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self._collected = {item.nodeid: item for item in items if _numbers(item)}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.nodeid not in self._collected or report.skipped:
            return
        if report.when == "call":
            self._figures[report.nodeid] = tuple(
                str(words) for name, words in report.user_properties if name == FIGURE
            )
            for name, said in report.user_properties:
                if name == COUNT:
                    self._counts[report.nodeid] = int(str(said))
        if report.when == "call" or report.failed:
            before = self._passed.get(report.nodeid, True)
            self._passed[report.nodeid] = before and report.passed

    def pytest_sessionfinish(self) -> None:
        now = datetime.now(UTC).date()
        lines = {}
        for promise in PROMISES:
            outcomes = self._outcomes(promise.number)
            if outcomes:
                lines[promise.number] = line_of(promise, outcomes, on=now, commit=self._commit)
        if not lines:
            return
        before = self._file.read_text("utf-8") if self._file.exists() else ""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(write(lines, before), "utf-8")

    def _outcomes(self, number: int) -> list[Outcome]:
        """None where not all of its tests ran to their end."""
        ran = {node: item for node, item in self._collected.items() if number in _numbers(item)}
        there = {node.split("[")[0] for node in ran}
        needed = {one.test for one in all_evidence() if number in one.numbers}
        if not ran or not needed <= there or not ran.keys() <= self._passed.keys():
            return []
        return [self._outcome(node, item, number) for node, item in ran.items()]

    def _outcome(self, node: str, item: pytest.Item, number: int) -> Outcome:
        count = _count(item, number)
        return Outcome(
            test=node.split("[")[0],
            passed=self._passed[node],
            count=self._counts.get(node, count),
            of_mutant=any(number in mark.args for mark in item.iter_markers(MUTANT)),
            figures=self._figures.get(node, ()) if count else (),
        )


def _count(item: pytest.Item, number: int) -> int:
    """How many tries it shows the promise by; none where it was a tenth of them."""
    marks = [mark for mark in item.iter_markers(PROMISE) if number in mark.args]
    if not marks:
        return 0
    parameters = getattr(item, "callspec", None)
    if parameters and "count" in parameters.params:
        return int(parameters.params["count"]) if item.get_closest_marker("slow") else 0
    return max(int(mark.kwargs.get("count", 0)) for mark in marks)


def _numbers(item: pytest.Item) -> list[int]:
    return [number for mark in _marks(item) for number in mark.args]


def _marks(item: pytest.Item) -> Iterator[pytest.Mark]:
    for name in (PROMISE, MUTANT):
        yield from item.iter_markers(name)


def _look_only_for(wanted: set[int], config: pytest.Config) -> None:
    """In the files of these promises, where nobody said in which."""
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        files = {one.file for one in all_evidence() if wanted & set(one.numbers)}
        config.args[:] = sorted(files)


def _commit() -> str:
    """Of what is tried, and whether something of it is in no commit yet."""
    if not (commit := _git("rev-parse", "--short", "HEAD")):
        return "unknown"
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", *TRIED)
    return f"{commit} and changes" if changed else commit


def _git(*words: str) -> str:
    told = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)
    return told.stdout.strip()
