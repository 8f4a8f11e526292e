"""Spelled words: those whose letters stand apart, as in t.e.s.t and t e s t."""

import re
from collections.abc import Iterator, Sequence

SHORTEST = 3
"""Two letters apart are hardly ever one word."""
LONGEST_GAP = 3
LAST = "\u052f"
"""Of Latin, Greek and Cyrillic. In other scripts a letter may be a word, or none by itself."""
WORDS = frozenset("aeiouyà")
"""Letters that are words themselves, before one that is spelled."""
_PIECE = re.compile(r"(?:[^\W_]|[@$])+")
_LIST = re.compile(r"[,;、،]\s+")


def read_spelled(text: str) -> str:
    """With those words written together; a list of letters stays one.

    The letters are divided by spaces alone, the same ones, or all by signs.
    """
    parts: list[str] = []
    at = 0
    for run in _runs(list(_PIECE.finditer(text))):
        letters = "".join(piece[0] for piece in run)
        if len(letters) < SHORTEST or sum(map(str.isalpha, letters)) < SHORTEST - 1:
            continue
        first, last = run[0].start(), run[-1].end()
        parts += (text[at:first], letters)
        if letters[0] in WORDS and text[run[0].end()].isspace() and len(letters) > SHORTEST:
            parts += (" ", letters[1:])
        at = last
    return "".join((*parts, text[at:])) if parts else text


def _runs(pieces: Sequence[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    """Pieces of one letter each that are divided alike."""
    run: list[re.Match[str]] = []
    divided = ""
    for piece in pieces:
        gap = _gap(run[-1], piece) if run else ""
        if not _is_letter(piece) or gap is None:
            yield run
            run = [piece] if _is_letter(piece) else []
        elif len(run) > 1 and gap != divided:
            yield run
            # Too short for a word itself, its last letter may begin one.
            run = [*(run[-1:] if len(run) < SHORTEST else ()), piece]
        else:
            run.append(piece)
        divided = gap or ""
    yield run


def _is_letter(piece: re.Match[str]) -> bool:
    return len(piece[0]) == 1 and piece[0] <= LAST


def _gap(before: re.Match[str], after: re.Match[str]) -> str | None:
    """What divides them: these spaces, or signs, whichever; None where they are too far apart."""
    gap = before.string[before.end() : after.start()]
    if len(gap) > LONGEST_GAP or _LIST.fullmatch(gap):
        return None
    return gap if gap.isspace() else "."
