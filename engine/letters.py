"""Letters as words are compared: without case and marks, and where each is a word by itself."""

from functools import lru_cache
from unicodedata import category, combining, name, normalize

from engine.lookalikes import PLAIN

# Scripts that put no space between words: there every letter stands for itself.
UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")
FIRST_UNSPACED = "\u0e00"
UNSEEN = "Cf"
KINDS = frozenset("LMN")
"""Letters, marks that are no accents, and numbers."""


def folded(text: str) -> str:
    return normalize("NFKD", text).casefold().translate(PLAIN)


def is_letter(sign: str) -> bool:
    """Whether it is a part of a word, and no space between two."""
    return category(sign)[0] in KINDS


def is_unseen(sign: str) -> bool:
    # What combines is an accent or a vowel's point. Other marks are letters of their own.
    return category(sign) == UNSEEN or bool(combining(sign))


@lru_cache(maxsize=4096)
def stands_alone(sign: str) -> bool:
    """Whether it needs no space before it to begin a word."""
    return sign > FIRST_UNSPACED and name(sign, "").startswith(UNSPACED)
