"""Words of strangers as they can be shown: they look as written and do nothing."""

import re
import unicodedata

from bot.discord.speech.words import say

LONGEST = 1000
JOINER = "\u200d"
"""Holds emojis together, and hides nothing."""
_MARKS = re.compile(r"([\\*_~`|>#\-\[\]()<@:/])")
_LIST = re.compile(r"^(\d+)\.")
_FENCE = re.compile(r"`{3,}")


def shown(text: str, longest: int = LONGEST) -> str:
    """In one line, without pings, links, formatting, and letters that turn the others around."""
    plain = plainly(text)
    if len(plain) > longest:
        plain = f"{plain[: longest - 1].rstrip()}…"
    return _LIST.sub(r"\1\\.", _MARKS.sub(r"\\\1", plain)) if plain else say("no_words")


def fenced(text: str, longest: int) -> str:
    """In a block that keeps it as it is, so that it can be copied."""
    quiet = "\n".join(plainly(line) for line in text.split("\n"))
    return f"```\n{_FENCE.sub(lambda fence: JOINER.join(fence[0]), quiet)[:longest]}\n```"


def plainly(text: str) -> str:
    """Its words with one space between; signs that are not seen are left out."""
    seen = (
        letter if letter == JOINER or unicodedata.category(letter) != "Cf" else ""
        for letter in text
    )
    spaced = (" " if unicodedata.category(letter) == "Cc" else letter for letter in "".join(seen))
    words = "".join(spaced).split()
    return " ".join(word for word in words if word.strip(JOINER))
