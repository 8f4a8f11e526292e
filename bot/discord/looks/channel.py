"""How it looks what is set for the channels of a server."""

from collections.abc import Sequence
from typing import Any

from bot.choice_words import FREELY, SETTING_NAMES, value
from bot.discord.looks.lines import counted
from bot.discord.messages.parts import LONGEST_TEXT, Post, text
from bot.discord.speech.shown import shown
from engine.server import ServerSettings

SINGLE = ("safety", "safety_adult", "audit_channel", "language")
LISTS = ("safety_channels", "channels")
"""Said last: a server may have hundreds of channels."""
LONGEST_NOTE = 200
MOST_NOTES = 3


def told(settings: ServerSettings, notes: Sequence[str]) -> Post:
    """`notes` are what to know of what has just been set."""
    set_so = settings.told
    lines = [shown(note, LONGEST_NOTE) for note in notes[:MOST_NOTES]]
    lines += [_line(name, set_so.get(name)) for name in SINGLE]
    for lists, name in enumerate(LISTS):
        left = LONGEST_TEXT - len("\n".join(lines)) - 2
        lines.append(_line(name, set_so.get(name), longest=left // (len(LISTS) - lists)))
    return Post(parts=(text("\n".join(lines)),))


def _line(name: str, told: Any, *, longest: int = LONGEST_TEXT) -> str:
    head = f"**{SETTING_NAMES[name]}**: "
    return head + _value(name, told, longest - len(head))


def _value(name: str, told: Any, longest: int) -> str:
    if told is None:
        return FREELY[name]
    match name:
        case "channels":
            return counted([f"<#{one}>" for one in told], longest, between=" ")
        case "safety_channels":
            pairs = [f"<#{one}> {measure}" for one, measure in told]
            return counted(pairs, longest, between=", ")
        case "audit_channel":
            return f"<#{told}>"
        case _:
            return value(told)
