"""Finds the name that somebody probably meant."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from engine.phrase import Phrase


def nearest(word: str, known: Iterable[str], count: int = 1) -> list[str]:
    """The known names most like the word, best first; letter case does not matter."""
    by_lower = {name.lower(): name for name in known}
    found = get_close_matches(word.lower(), by_lower, n=count, cutoff=0.5)
    return [by_lower[lower] for lower in found]


def did_you_mean(word: str, known: Iterable[str]) -> Phrase:
    """A sentence with the nearest names, or with all of them where none is near."""
    names = list(known)
    return meant(nearest(word, names, count=3), names)


def meant(found: Sequence[str], known: Iterable[str]) -> Phrase:
    match found:
        case [one]:
            return Phrase("Did you mean {one}?", one=one)
        case [one, two]:
            return Phrase("Did you mean {one} or {two}?", one=one, two=two)
        case [one, two, three, *_]:
            return Phrase("Did you mean {one} or {two} or {three}?", one=one, two=two, three=three)
        case _:
            return Phrase("Known are: {names}.", names=", ".join(known))
