"""How long a child that ended again and again is left alone."""

from itertools import accumulate, repeat

from engine.child.pauses import LONGEST_S, Pauses


def test_each_pause_is_longer_than_the_one_before_up_to_a_minute() -> None:
    every = accumulate(repeat(None, 9), lambda pauses, _: pauses.longer, initial=Pauses())

    assert [pauses.length_s for pauses in every] == [0, 1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_child_that_never_comes_back_is_tried_for_ever() -> None:
    assert Pauses(failures=10**6).length_s == LONGEST_S
