"""Finds the name that somebody probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str], count: int = 1) -> list[str]:
    """The known names most like the word, best first; letter case does not matter."""
    by_lower = {name.lower(): name for name in known}
    found = get_close_matches(word.lower(), by_lower, n=count, cutoff=0.5)
    return [by_lower[lower] for lower in found]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence with the nearest names, or with all of them where none is near."""
    names = list(known)
    found = nearest(word, names, count=3)
    if found:
        return f"Did you mean {' or '.join(found)}?"
    return f"Known are: {', '.join(names)}."
