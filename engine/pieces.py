"""Pieces: how much of a prompt there is to read, counted without a tokenizer."""

import re
from functools import lru_cache
from math import ceil

PIECE = 75
"""Tokens that CLIP reads at a time; what is longer is read in several pieces, all of which count in
every step."""
LETTERS = 8
"""Of a long word, for each of its tokens."""
_SPLIT = re.compile(r"\bBREAK\b")
_RUN = re.compile(r"[^\W\d_]+|\d|[^\w\s]+|_")


@lru_cache(maxsize=1024)
def pieces_in(text: str) -> int:
    """At least 1. Roughly: what it cost shows once it is painted."""
    return sum(max(1, ceil(_tokens(part) / PIECE)) for part in _SPLIT.split(text))


def _tokens(text: str) -> int:
    return sum(_tokens_of(run) for run in _RUN.findall(text))


def _tokens_of(run: str) -> int:
    # Of other scripts nearly every letter is one.
    plain = len(run.encode("ascii", "ignore"))
    return ceil(plain / LETTERS) + len(run) - plain
