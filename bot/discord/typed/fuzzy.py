"""What somebody probably means who has typed a part of a name."""

from collections.abc import Iterable

from engine.nearest import nearest

MOST, LONGEST = 25, 100
"""Choices that Discord shows, and letters in each."""


def offered(typed: str, known: Iterable[str]) -> list[str]:
    """The names that fit, best first; all of them where nothing is typed."""
    names = [name for name in dict.fromkeys(known) if name and len(name) <= LONGEST]
    wanted = _plain(typed)
    if not wanted:
        return names[:MOST]
    ranked = [(rank, name) for name in names if (rank := _rank(wanted, _plain(name))) is not None]
    found = [name for _, name in sorted(ranked, key=lambda one: one[0])]
    return (found or nearest(typed[:LONGEST], names, count=MOST))[:MOST]


def _rank(wanted: str, name: str) -> int | None:
    """The lower the better; None where the letters are not even all there in their order."""
    if name.startswith(wanted):
        return 0
    if wanted in name:
        return 1
    letters = iter(name)
    return 2 if all(letter in letters for letter in wanted) else None


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower().replace("++", "pp") if letter.isalnum())
