"""Lists of any length in a message: what fits of them, cut between two things."""

import sys
from collections.abc import Sequence

from bot.discord.messages.parts import LONGEST_TEXT, Post, Upload, attached, sentence, text
from bot.discord.speech.shown import fenced
from bot.discord.speech.words import say


def fitting(pieces: Sequence[str], longest: int, *, between: str = "\n") -> Sequence[str]:
    """The first of them, as many as are no longer together, with that between two."""
    length = -len(between)
    for number, piece in enumerate(pieces):
        length += len(between) + len(piece)
        if length > longest:
            return pieces[:number]
    return pieces


def counted(pieces: Sequence[str], longest: int, *, between: str) -> str:
    """In one text; how many are left out is said at its end."""
    kept = fitting(pieces, longest, between=between)
    if len(kept) < len(pieces):
        room = longest - len(between) - len(say("mod.more", count=len(pieces)))
        kept = fitting(pieces, room, between=between)
        kept = [*kept, say("mod.more", count=len(pieces) - len(kept))]
    return between.join(kept)


def block(lines: Sequence[str], name: str) -> Post:
    """To be copied; in a file of that name where it is too long."""
    words = "\n".join(lines)
    # What keeps fences of strangers from ending the block makes it longer.
    inside = fenced(words, sys.maxsize)
    if len(inside) <= LONGEST_TEXT:
        return sentence(inside)
    upload = Upload(name=name, kind="text/plain", content=words.encode())
    return Post(parts=(text(say("info.long")), attached(upload)), uploads=(upload,))
