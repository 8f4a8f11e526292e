"""Policies that others have, worked out by hand."""

import pytest

from engine.simulation.policies import fifo, static
from tests.engine.simulation.cases import LARGE, SECONDS, SMALL, asks


def test_one_by_one_each_waits_for_all_before() -> None:
    asked = asks((0.0, 2), (1.0, 4), (20.0, 2))

    # 0 to 2.75, then to 7.5; the last finds the card free.
    assert fifo(asked, SECONDS) == pytest.approx([2.75, 7.5, 22.75])


def test_what_waits_and_is_alike_is_painted_together_and_ends_together() -> None:
    asked = asks((0.0, 2), (1.0, 3), (1.0, 5), (2.0, 3))

    ends = static(asked, SECONDS, most_rows=4)

    # The first alone; then both of 3 steps: two words, 3 steps, two pictures; then that of 5.
    assert ends == pytest.approx([2.75, 7.25, 13.0, 7.25])


def test_a_batch_has_no_more_rows_than_that() -> None:
    asked = asks((0.0, 2), (0.0, 2), (0.0, 2))

    # Two of them in 2 s of steps and 1.5 s of all else; the third after them.
    assert static(asked, SECONDS, most_rows=4) == pytest.approx([3.5, 3.5, 6.25])
    assert static(asked, SECONDS, most_rows=1) == pytest.approx([2.75, 5.5, 8.25])
    # Six rows: half way between 1 and 2 s a step.
    assert static(asked, SECONDS, most_rows=6) == pytest.approx([5.25] * 3)


def test_another_size_is_another_batch() -> None:
    small, large = asks((0.0, 1), kind=SMALL), asks((0.0, 1), kind=LARGE)

    assert static([*small, *large], SECONDS) == pytest.approx([1.75, 1.75 + 4.75])


def test_a_batch_does_not_wait_for_who_may_come() -> None:
    asked = asks((0.0, 2), (0.5, 2))

    assert static(asked, SECONDS) == pytest.approx([2.75, 5.5])
