"""Sizes and shapes as people type them: 512x768 and 16:9."""

import re
import unicodedata

from engine.errors import InvalidRequest

ASPECTS = ("1:1", "3:2", "2:3", "4:3", "3:4", "5:4", "4:5", "16:9", "9:16", "21:9", "2:1", "1:2")
"""Shapes to choose from where nobody wants to type one."""


def read_size(word: str) -> tuple[int, int]:
    """Width and height. Raises InvalidRequest."""
    found = re.fullmatch(
        r"\s*(\d{1,6})\s*[x×*]\s*(\d{1,6})\s*", _narrow(word), re.IGNORECASE | re.ASCII
    )
    if found is None:
        raise InvalidRequest(
            "“{word}” is no size. Write width x height, like 256x192.", word=word[:60]
        )
    return int(found[1]), int(found[2])


def read_aspect(word: str) -> tuple[int, int]:
    """How many across to how many down. Raises InvalidRequest."""
    found = re.fullmatch(r"\s*(\d{1,6})\s*:\s*(\d{1,6})\s*", _narrow(word), re.ASCII)
    if found is None:
        raise InvalidRequest("“{word}” is no shape. Write it like 16:9.", word=word[:60])
    return int(found[1]), int(found[2])


def _narrow(word: str) -> str:
    """Keyboards of East Asia write numbers as wide as their letters."""
    return unicodedata.normalize("NFKC", word)
