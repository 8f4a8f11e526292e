"""How it looks what moderators did: one deed in a channel, or pages of them."""

import re
from collections.abc import Sequence

from bot.discord.looks.changes import changes
from bot.discord.looks.lines import fitting
from bot.discord.messages.parts import LONGEST_TEXT, Part, Post, button, row, text
from bot.discord.speech.shown import shown
from bot.discord.speech.words import say
from engine.accounts import Deed
from engine.gate import QUEUE
from engine.moderation import KEY, SERVER

EACH = 8
"""On a page."""
LONGEST = 300
JOB, CHANNEL, MESSAGE = "job", "channel", "message"
SAID_OTHERWISE = frozenset({SERVER, KEY, JOB, CHANNEL, MESSAGE})
DELETED = "delete message"
SHORT = 8
"""As much of a job's name as people can read; the terminal has all of it."""
_PERSON = re.compile(r"discord:(\d{1,20})")
_SERVER_ID = re.compile(r"discord:(\d{1,20})")
_SERVER = re.compile(r"server discord:\d{1,20}")


def told(deed: Deed) -> Post:
    return Post(parts=(text(_line(deed)),))


def page(deeds: Sequence[Deed], *, before: int, person: str) -> Post:
    """`before` is 0 on the first page; `person` are the digits of the one that it is about.

    One more than EACH says that there are more; what does not fit begins the next page.
    """
    if not deeds:
        return Post(parts=(text(say("mod.audit.nothing")),))
    lines = [_line(deed) for deed in deeds[:EACH]]
    lines = [*(fitting(lines, LONGEST_TEXT) or lines[:1])]
    parts: list[Part] = [text("\n".join(lines))]
    about = f":{person}" if person else ""
    buttons = []
    if before:
        buttons.append(button(say("mod.audit.newest"), "deeds", f"0{about}"))
    if len(lines) < len(deeds):
        last = deeds[len(lines) - 1]
        buttons.append(button(say("mod.audit.older"), "deeds", f"{last.id}{about}"))
    return Post(parts=(*parts, row(*buttons)) if buttons else tuple(parts))


def _line(deed: Deed) -> str:
    # Whoever reads it is on that server.
    details = {name: value for name, value in deed.details.items() if name not in SAID_OTHERWISE}
    line = say(
        "mod.audit.line",
        when=f"<t:{round(deed.at.timestamp())}:f>",
        who=named(deed.who),
        what=shown(deed.what, LONGEST),
        whom=named(deed.whom),
    )
    if changed := changes(details):
        line += f" · {changed}"
    if place := _place(deed):
        line += f" · {place}"
    if deed.why:
        line += f" · {say('mod.audit.why', why=shown(deed.why, LONGEST))}"
    return line


def _place(deed: Deed) -> str:
    """Where it was done to a message: a link while that is there, else its channel."""
    channel, message = deed.details.get(CHANNEL), deed.details.get(MESSAGE)
    server = _SERVER_ID.fullmatch(str(deed.details.get(SERVER, "")))
    if channel and message and server and deed.what != DELETED:
        return f"https://discord.com/channels/{server[1]}/{channel}/{message}"
    if channel:
        return f"<#{channel}>"
    job = deed.details.get(JOB)
    return say("mod.audit.job", job=str(job)[:SHORT]) if job else ""


def named(whom: str) -> str:
    """A person as Discord shows them; nobody is pinged by that."""
    if found := _PERSON.fullmatch(whom):
        return f"<@{found[1]}>"
    if _SERVER.fullmatch(whom):
        return say("mod.audit.server")
    return say("mod.audit.queue") if whom == QUEUE else shown(whom, LONGEST)
