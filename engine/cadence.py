"""Cadence: which forwards of a pass are whole where the others take over what is deep in them."""

from collections.abc import Sequence
from math import ceil

# So much of a pass at its end is whole: no step comes after it that would mend what is stale. With
# one step in three, 191 of 210 answers of the built-in model are right so, and 113 without it.
LAST = 0.25


def is_shallow(number: int, forwards: int, every: int) -> bool:
    """Whether that one, counted from 0, takes over what the deep part made at one before it."""
    return number % every > 0 and number < forwards - ceil(forwards * LAST)


def shallow_ones(forwards: int, every: int) -> Sequence[bool]:
    return [is_shallow(number, forwards, every) for number in range(forwards)]
