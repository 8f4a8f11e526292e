"""Every promise is shown by tests of its full count, and each has a broken program."""

import pytest

from tests.reliability.evidence import MUTANT, PROMISE, all_evidence, evidence_in
from tests.reliability.promises import PROMISES, Promise

SOURCE = """
@counted(1000)
@pytest.mark.promise(4)
async def test_it() -> None: ...

@pytest.mark.parametrize("each", [1, pytest.param(9, marks=[pytest.mark.promise(5, count=90)])])
@pytest.mark.mutant(2, 3)
def test_another() -> None: ...

def test_neither() -> None: ...
"""


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: str(promise.number))
def test_it_is_tried_as_often_as_it_is_demanded(promise: Promise) -> None:
    shown = [one for one in all_evidence() if one.kind == PROMISE and promise.number in one.numbers]

    assert shown, f"no test is marked as promise({promise.number})"
    counts = [one.count for one in shown]
    assert (sum(counts) if promise.altogether else max(counts)) >= promise.count


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: str(promise.number))
def test_there_is_a_program_that_does_not_keep_it(promise: Promise) -> None:
    mutants = [
        one for one in all_evidence() if one.kind == MUTANT and promise.number in one.numbers
    ]

    assert mutants, f"no test is marked as mutant({promise.number})"


def test_the_numbers_are_those_of_the_table() -> None:
    known = [promise.number for promise in PROMISES]

    assert known == list(range(1, 27))
    assert {number for one in all_evidence() for number in one.numbers} <= set(known)


def test_marks_are_read_from_the_source() -> None:
    found = list(evidence_in(SOURCE, "tests/test_x.py"))

    assert [(one.name, one.kind, one.numbers, one.count) for one in found] == [
        ("test_it", PROMISE, (4,), 1000),
        ("test_another", PROMISE, (5,), 90),
        ("test_another", MUTANT, (2, 3), 0),
    ]
    assert found[0].test == "tests/test_x.py::test_it"
