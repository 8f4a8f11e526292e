"""How the line looks to somebody in it: how long it is, and their own place."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from bot.discord.looks.counted import pictures_of
from bot.discord.messages.parts import Post, button, option, row, select, text
from bot.discord.pictures.own_jobs import OwnJob
from bot.discord.speech.shown import plainly, shown
from bot.discord.speech.words import say
from engine.crew import Member, State
from engine.gate import Gate

MOST = 15
LONGEST_PROMPT = 80
ALL = "all"


def line(
    own: Sequence[OwnJob],
    gate: Gate,
    *,
    painting: int,
    waiting: int,
    now: datetime,
    crew: Collection[Member] = (),
) -> Post:
    """`painting` and `waiting` are everybody's pictures; of others nothing else is told.

    Of the painters only where there are several.
    """
    counts = say("queue.counts", painting=pictures_of(painting), waiting=pictures_of(waiting))
    parts = [text(counts)]
    if len(crew) > 1:
        parts.append(text("\n".join(f"-# {_seats(each)}" for each in crew)))
    match gate:
        case Gate.PAUSED:
            parts.append(text(say("queue.is_paused")))
        case Gate.DRAINED:
            parts.append(text(say("queue.is_drained")))
    if own:
        lines = [f"{number}. {_told(one, now)}" for number, one in enumerate(own[:MOST], 1)]
        if len(own) > MOST:
            lines.append(say("queue.more"))
        parts.append(text("\n".join(lines)))
        options = [option(label(one), one.job.id) for one in own[:MOST]]
        if len(own) > 1:
            options.append(option(say("queue.all"), ALL))
        parts.append(select("withdraw", "0", say("queue.choose"), options))
    else:
        parts.append(text(say("queue.nothing")))
    return Post(parts=(*parts, row(button(say("queue.again"), "line", "0"))))


def label(one: OwnJob) -> str:
    """What it is called in a list."""
    return plainly(one.job.request.prompt) or say("no_words")


def _seats(member: Member) -> str:
    name, seats = shown(member.painter.name), member.painter.seats
    match member.state:
        case State.READY:
            return say("queue.painter", name=name, busy=member.taken, seats=seats)
        case State.LEAVING:
            return say("queue.painter_leaves", name=name, busy=member.taken, seats=seats)
        case State.AWAY:
            return say("queue.painter_away", name=name)


def _told(one: OwnJob, now: datetime) -> str:
    words = shown(one.job.request.prompt, LONGEST_PROMPT)
    if one.place is None:
        return f"{words} · {say('queue.painting', share=int(one.share * 100))}"
    if not one.place.ahead and one.place.paused:
        return f"{words} · {say('queue.next_paused')}"
    ahead = pictures_of(one.place.ahead)
    if one.place.paused:
        return f"{words} · {say('queue.paused', ahead=ahead)}"
    arrival = f"<t:{round((now + timedelta(seconds=one.place.seconds)).timestamp())}:R>"
    if not one.place.ahead:
        return f"{words} · {say('queue.next', arrival=arrival)}"
    return f"{words} · {say('queue.waiting', ahead=ahead, arrival=arrival)}"
