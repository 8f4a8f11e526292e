"""How messages about a job look while it waits, is painted, and has ended."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot import messages
from bot.discord.delivery.reply import Reply
from bot.discord.looks.actions import actions, tiles_of
from bot.discord.looks.counted import pictures_of, steps_of
from bot.discord.looks.lines import counted
from bot.discord.looks.remade import remade, seed_of
from bot.discord.messages.parts import RED, Part, Post, Upload, button, gallery, row, text
from bot.discord.messages.uploads import packed
from bot.discord.speech.refusals import translated
from bot.discord.speech.shown import shown
from bot.discord.speech.words import say
from engine.allowance import tells_of_block
from engine.job import Job, Picture, Status
from engine.place import Place
from engine.recall import FROM_HISTORY
from engine.request import ImageRequest
from engine.ticket import Ticket

MOST_PREVIEWS = 4
LONGEST_HEAD = 300
SHORTEST_HEAD = 60
LONGEST_CAPTION = 1500
LEAST_SECONDS = 0.05
"""Less is nothing that anybody paid or waited for."""


def question(request: ImageRequest, count: int, price: float, name: str) -> Post:
    """Before a prompt that stands for several pictures."""
    words = say("question", pictures=pictures_of(count), price=price)
    buttons = row(
        button(say("button.agree"), "agree", name), button(say("button.decline"), "decline", name)
    )
    return Post(parts=(text(shown(request.prompt)), text(words), buttons))


def waiting(job: Job, place: Place, now: datetime) -> Post:
    """Discord itself counts the time down."""
    arrival = _arrival(place.seconds, now)
    if place.paused and place.ahead:
        line = say("waiting_paused", ahead=pictures_of(place.ahead))
    elif place.paused:
        line = say("next_paused")
    elif place.ahead:
        line = say("waiting", ahead=pictures_of(place.ahead), arrival=arrival)
    else:
        line = say("waiting_next", arrival=arrival)
    return Post(parts=(_head(job), text(line), _cancel(job)))


def painting(ticket: Ticket, seconds: float | None, now: datetime) -> Post:
    """How far all of it is, when it should be there, and what can be seen of it."""
    job = ticket.job
    share = sum(map(ticket.share_of, job.tiles)) / len(job.tiles)
    previews = [step for step in ticket.latest if step.preview][:MOST_PREVIEWS]
    uploads = tuple(
        Upload(name=f"preview-{step.tile}.png", kind="image/png", content=step.preview)
        for step in previews
        if step.preview
    )
    line = say("painting", share=int(share * 100))
    if seconds is not None:
        line = f"{line}\n-# {say('painting_until', arrival=_arrival(seconds, now))}"
    parts = [_head(job), text(line)]
    if uploads:
        parts.append(gallery(uploads))
    return Post(parts=(*parts, _cancel(job)), uploads=uploads)


def ended(job: Job, pictures: Sequence[Picture], reply: Reply, *, each: int) -> list[Post]:
    """The message of a job that has ended, and those for what does not fit into it."""
    head = _head(job)
    # One short line: others who read there did not ask for any of it.
    prompt = shown(job.request.prompt, SHORTEST_HEAD)
    if job.status is Status.CANCELLED:
        return [Post(parts=(text(f"-# {say('cancelled', prompt=prompt)}"),))]
    if is_discreet(job, reply):
        return [Post(parts=(text(f"-# {say('withdrawn', prompt=prompt)}"),))]
    sentence = _sentence(job, pictures)
    if sentence is not None:
        return [Post(parts=(head, text(sentence), row(_delete(job))))]
    pack = packed(pictures, each=each)
    tiles = tiles_of(job, pictures)
    posts = []
    for number, (uploads, places) in enumerate(zip(pack.parts, pack.places, strict=True), start=1):
        parts: list[Part] = [head]
        if uploads:
            parts.append(gallery(uploads))
        inside = [pictures[place] for place in places] or pictures
        lines = [f"-# {line}" for line in _caption(job, inside, tells_cost=number == 1)]
        parts.append(text(counted(lines, LONGEST_CAPTION, between="\n")))
        if pack.kind:
            parts.append(text(f"-# {say('converted', kind=pack.kind)}"))
        if pack.left_out:
            parts.append(text(f"-# {say('too_large', count=pack.left_out)}"))
        if len(pack.parts) > 1:
            parts.append(text(f"-# {say('split', part=number, parts=len(pack.parts))}"))
        parts += actions(job, [tiles[place] for place in places])
        posts.append(Post(parts=tuple(parts), uploads=uploads))
    return posts


def is_discreet(job: Job, reply: Reply) -> bool:
    """Whether how it ended is between its owner and the moderators, and others would read it."""
    return not reply.private and job.status is Status.FAILED and tells_of_block(job.problem)


def problem_of(job: Job) -> str:
    """Of one that failed."""
    return say("failed", problem=translated(job.problem))


def for_somebody(post: Post, reply: Reply) -> Post:
    """Where nothing else on it says who asked."""
    return Post(parts=(text(say("for", user=reply.user)), *post.parts), uploads=post.uploads)


def _arrival(seconds: float, now: datetime) -> str:
    return f"<t:{round((now + timedelta(seconds=seconds)).timestamp())}:R>"


def _head(job: Job) -> Part:
    """Enough of the prompt to know it by; Info has all of it."""
    return text(shown(job.request.prompt, LONGEST_HEAD))


def _sentence(job: Job, pictures: Sequence[Picture]) -> str | None:
    match job.status:
        case Status.FAILED:
            return problem_of(job)
        case _:
            return None if pictures else say("gone")


def _caption(job: Job, pictures: Sequence[Picture], *, tells_cost: bool) -> list[str]:
    """What all of it cost is said once, however many messages there are."""
    recipe = pictures[0].recipe
    seconds = sum(picture.seconds for picture in pictures)
    facts = [
        shown(recipe.model, 100),
        seed_of([picture.recipe for picture in pictures]),
        messages.size(recipe),
        *steps_of(recipe),
        *remade(recipe),
    ]
    if seconds >= LEAST_SECONDS:
        facts.append(say("seconds", seconds=seconds))
    notes = dict.fromkeys(note for picture in pictures for note in picture.notes)
    if job.cost >= LEAST_SECONDS:
        cost = say("credits", credits=job.cost)
    else:
        cost = say("from_history") if FROM_HISTORY in notes else say("free")
    notes.pop(FROM_HISTORY, None)
    if tells_cost:
        facts.append(cost)
    return [" · ".join(facts), *(translated(note) for note in notes)]


def _cancel(job: Job) -> Part:
    return row(button(say("button.cancel"), "cancel", job.id, style=RED))


def _delete(job: Job) -> Part:
    return button(say("button.delete"), "delete", job.id, style=RED)
