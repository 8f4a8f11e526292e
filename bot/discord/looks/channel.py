"""How it looks what is set for the channels of a server."""

from collections.abc import Sequence
from typing import Any

from bot.choice_words import value
from bot.discord.looks.lines import counted
from bot.discord.messages.parts import LONGEST_TEXT, Post, text
from bot.discord.speech.refusals import translated
from bot.discord.speech.words import say
from engine.server import ServerSettings

SINGLE = ("safety", "safety_adult", "audit_channel", "language")
LISTS = ("safety_channels", "channels")
"""Said last: a server may have hundreds of channels."""
MOST_NOTES = 3


def told(settings: ServerSettings, notes: Sequence[str], *, heard: bool = True) -> Post:
    """`notes` are what to know of what has just been set; `heard` is whether deeds can be told."""
    set_so = settings.told
    lines = [translated(note) for note in notes[:MOST_NOTES]]
    lines += [_line(name, set_so.get(name), heard=heard) for name in SINGLE]
    for lists, name in enumerate(LISTS):
        left = LONGEST_TEXT - len("\n".join(lines)) - 2
        lines.append(_line(name, set_so.get(name), longest=left // (len(LISTS) - lists)))
    return Post(parts=(text("\n".join(lines)),))


def _line(name: str, told: Any, *, longest: int = LONGEST_TEXT, heard: bool = True) -> str:
    head = f"**{say(f'mod.setting.{name}')}**: "
    return head + _value(name, told, longest - len(head), heard=heard)


def _value(name: str, told: Any, longest: int, *, heard: bool) -> str:
    if told is None:
        return say(f"mod.unset.{name}")
    match name:
        case "channels":
            return counted([f"<#{one}>" for one in told], longest, between=" ")
        case "safety_channels":
            pairs = [f"<#{one}> {measure}" for one, measure in told]
            return counted(pairs, longest, between=", ")
        case "audit_channel":
            channel = f"<#{told}>"
            return channel if heard else say("mod.channel.no_more", channel=channel)
        case _:
            return value(told)
