"""The page about the promises keeps what was tried before, and says what was not kept."""

from datetime import date

from tests.reliability.document import Outcome, line_of, lines_in, write
from tests.reliability.promises import PROMISES

NINTH = PROMISES[8]
TODAY = date(2026, 11, 21)
HELD = (
    Outcome(test="tests/a/test_x.py::test_it", passed=True, count=50, figures=("p99 7 ms",)),
    Outcome(test="tests/a/test_x.py::test_it", passed=True, count=50),
    Outcome(test="tests/a/test_x.py::test_a_tenth", passed=True),
    Outcome(test="tests/b/test_y.py::test_found_out", passed=True, of_mutant=True),
)


def test_a_line_says_what_was_tried_how_often_and_when() -> None:
    line = line_of(NINTH, HELD, on=TODAY, commit="abc1234")

    assert "[a/test_x](../tests/a/test_x.py), [b/test_y](../tests/b/test_y.py)" in line
    assert "| 2 × 50 | held; broken programs found out: 1; p99 7 ms |" in line
    assert line.endswith("| 2026-11-21 | abc1234 |\n")


def test_what_was_not_kept_is_said() -> None:
    failed = Outcome(test="tests/a/test_x.py::test_that", passed=False, count=50)

    line = line_of(NINTH, [*HELD, failed], on=TODAY, commit="abc1234")

    assert "**not held**: test_that" in line
    assert "| held" not in line


def test_a_promise_that_was_not_tried_keeps_its_line() -> None:
    line = line_of(NINTH, HELD, on=TODAY, commit="abc1234")
    before = write({9: line})

    after = write({4: line_of(PROMISES[3], HELD, on=TODAY, commit="def5678")}, before)

    assert lines_in(after)[9] == line
    assert "def5678" in lines_in(after)[4]
    assert "not tried in full yet" in lines_in(after)[1]


def test_every_promise_has_a_line() -> None:
    assert list(lines_in(write({}))) == [promise.number for promise in PROMISES]
