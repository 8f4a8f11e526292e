"""Which forwards of a pass are whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cadence import shallow_ones


def written(forwards: int, every: int) -> str:
    return "".join(".W"[not shallow] for shallow in shallow_ones(forwards, every))


@pytest.mark.parametrize(
    ("every", "forwards"),
    [
        (1, "W" * 20),
        (2, "W.W.W.W.W.W.W.WWWWWW"),
        (3, "W..W..W..W..W..WWWWW"),
        (5, "W....W....W....WWWWW"),
        (3, "W..W..WWW"),
        (5, "W..WW"),
        (3, "W.W"),
        (2, "WW"),
        (2, "W"),
    ],
)
def test_one_in_so_many_is_whole_and_all_of_the_last_quarter(every: int, forwards: str) -> None:
    assert written(len(forwards), every) == forwards


@given(forwards=st.integers(1, 300), every=st.integers(1, 5))
def test_the_first_and_the_last_are_whole(forwards: int, every: int) -> None:
    made = written(forwards, every)

    assert made[0] == made[-1] == "W"
