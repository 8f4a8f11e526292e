"""The words of a text, as they are looked for: without case, without accents."""

import unicodedata
from collections.abc import Iterator
from hashlib import sha256

LONGEST = 40
HEBREW_AND_ARABIC_POINTS, ACCENTS = range(10, 37), 200
"""Combining classes. The others are marks without which a letter would be another one."""
CUT = "‡"
"""Stands in no word; after it comes the digest of one that was too long."""
BY_THEMSELVES = (
    (0x2E80, 0x2FDF),  # radicals
    (0x3005, 0x3007),
    (0x3021, 0x3029),
    (0x3040, 0x30FF),  # hiragana and katakana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x1AFF0, 0x1B16F),
    (0x20000, 0x3FFFF),
)
"""Signs of Chinese and Japanese, which puts no spaces between its words."""


def words_in(text: str) -> list[str]:
    """Its words in their order. Every Chinese and Japanese sign and every emoji is one by itself.

    They hold letters, digits and signs beyond ASCII only, whatever the text holds.
    """
    return [_cut(word) for word in _split(_plain(text))]


def _plain(text: str) -> str:
    # Folding may bring new marks, and taking letters apart new case.
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", "".join(letter for letter in apart if _counts(letter)))


def _counts(letter: str) -> bool:
    kind = unicodedata.combining(letter)
    accent = kind in HEBREW_AND_ARABIC_POINTS or kind >= ACCENTS
    # Signs that are not seen would part a word in two.
    return not accent and unicodedata.category(letter) != "Cf"


def _split(text: str) -> Iterator[str]:
    word = ""
    for letter in text:
        kind = unicodedata.category(letter)
        alone = kind == "So" or _stands_by_itself(letter)
        if not alone and (kind[0] in "LN" or (word and kind in {"Mn", "Mc"})):
            word += letter
            continue
        if word:
            yield word
            word = ""
        if alone:
            yield letter
    if word:
        yield word


def _stands_by_itself(letter: str) -> bool:
    return any(first <= ord(letter) <= last for first, last in BY_THEMSELVES)


def _cut(word: str) -> str:
    """What is too long for an index ends in its digest, and so is no other long word."""
    if len(word) <= LONGEST:
        return word
    return f"{word[:LONGEST]}{CUT}{sha256(word.encode()).hexdigest()[:16]}"
