"""Letters: as words are compared, without case and marks, and what is none but commands."""

import re
from functools import lru_cache
from unicodedata import category, combining, name, normalize

from engine.lookalikes import PLAIN

# Scripts that put no space between words: there every letter stands for itself.
UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")
FIRST_UNSPACED = "\u0e00"
UNSEEN = "Cf"
KINDS = frozenset("LMN")
"""Letters, marks that are no accents, and numbers."""
COMMANDS = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029"  # ends a line, or commands a terminal
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # turns a line round
)
UNKNOWN = "?"


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


def escaped(found: re.Match[str]) -> str:
    """One of COMMANDS, written out as JSON has it too."""
    return f"\\u{ord(found[0]):04x}"


def shown(words: str, most: int) -> str:
    """What a stranger wrote, so far and in a form that may go to a terminal."""
    return "".join(sign if sign.isprintable() else UNKNOWN for sign in words[:most])
