"""How messages about a job look while it waits, is painted, and has ended."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot import messages
from bot.discord.parts import RED, Part, Post, Upload, button, gallery, row, text
from bot.discord.reply import Reply
from bot.discord.shown import shown
from bot.discord.uploads import packed
from bot.discord.words import say
from engine.job import Job, Picture, Status
from engine.request import ImageRequest
from engine.studio import Place
from engine.ticket import Ticket

MOST_PREVIEWS = 4
LONGEST_PROBLEM = 500
LEAST_SECONDS = 0.05
"""Less is nothing that anybody paid or waited for."""


def question(request: ImageRequest, count: int, price: float, name: str) -> Post:
    """Before a prompt that stands for several pictures."""
    words = say("question", pictures=messages.pictures(count), price=price)
    buttons = row(
        button(say("button.agree"), "agree", name), button(say("button.decline"), "decline", name)
    )
    return Post(parts=(text(shown(request.prompt)), text(words), buttons))


def waiting(job: Job, place: Place, now: datetime) -> Post:
    """Discord itself counts the time down."""
    arrival = f"<t:{round((now + timedelta(seconds=place.seconds)).timestamp())}:R>"
    line = (
        say("waiting", ahead=place.ahead, arrival=arrival)
        if place.ahead
        else say("waiting_next", arrival=arrival)
    )
    return Post(parts=(text(shown(job.request.prompt)), text(line), _cancel(job)))


def painting(ticket: Ticket) -> Post:
    """How far all of it is, with what can be seen of it."""
    job = ticket.job
    share = sum(map(ticket.share_of, job.tiles)) / len(job.tiles)
    previews = [step for step in ticket.latest if step.preview][:MOST_PREVIEWS]
    uploads = tuple(
        Upload(name=f"preview-{step.tile}.png", kind="image/png", content=step.preview)
        for step in previews
        if step.preview
    )
    parts = [text(shown(job.request.prompt)), text(say("painting", share=int(share * 100)))]
    if uploads:
        parts.append(gallery(uploads))
    return Post(parts=(*parts, _cancel(job)), uploads=uploads)


def ended(job: Job, pictures: Sequence[Picture], reply: Reply, *, each: int) -> list[Post]:
    """The message of a job that has ended, and those for what does not fit into it."""
    head = text(shown(job.request.prompt))
    sentence = _sentence(job, pictures)
    if sentence is not None:
        return [Post(parts=(head, text(sentence), row(_delete(job))))]
    pack = packed(pictures, each=each)
    posts = []
    for number, uploads in enumerate(pack.parts, start=1):
        parts: list[Part] = [head]
        if uploads:
            parts.append(gallery(uploads))
        parts.append(text("\n".join(f"-# {line}" for line in _caption(job, pictures))))
        if pack.kind:
            parts.append(text(f"-# {say('converted', kind=pack.kind)}"))
        if pack.left_out:
            parts.append(text(f"-# {say('too_large', count=pack.left_out)}"))
        if len(pack.parts) > 1:
            parts.append(text(f"-# {say('split', part=number, parts=len(pack.parts))}"))
        buttons = (_reroll(job), _info(job), _delete(job)) if number == 1 else (_delete(job),)
        posts.append(Post(parts=(*parts, row(*buttons)), uploads=uploads))
    return posts


def for_somebody(post: Post, reply: Reply) -> Post:
    """Where nothing else on it says who asked."""
    return Post(parts=(text(say("for", user=reply.user)), *post.parts), uploads=post.uploads)


def sentence(words: str) -> Post:
    return Post(parts=(text(words),))


def _sentence(job: Job, pictures: Sequence[Picture]) -> str | None:
    match job.status:
        case Status.CANCELLED:
            return say("cancelled")
        case Status.FAILED:
            return say("failed", problem=shown(job.problem, LONGEST_PROBLEM))
        case _:
            return None if pictures else say("gone")


def _caption(job: Job, pictures: Sequence[Picture]) -> list[str]:
    recipe = pictures[0].recipe
    seeds = [str(picture.recipe.seed) for picture in pictures]
    seconds = sum(picture.seconds for picture in pictures)
    facts = [
        shown(recipe.model, 100),
        say("seed", seed=seeds[0]) if len(seeds) == 1 else say("seeds", seeds=", ".join(seeds)),
        messages.size(recipe),
        *messages.steps(recipe),
    ]
    if seconds >= LEAST_SECONDS:
        facts.append(say("seconds", seconds=seconds))
    cost = say("credits", credits=job.spent) if job.spent >= LEAST_SECONDS else say("from_history")
    notes = dict.fromkeys(note for picture in pictures for note in picture.notes)
    return [" · ".join([*facts, cost]), *(shown(note, 200) for note in notes)]


def _cancel(job: Job) -> Part:
    return row(button(say("button.cancel"), "cancel", job.id, style=RED))


def _reroll(job: Job) -> Part:
    return button(say("button.reroll"), "reroll", job.id)


def _info(job: Job) -> Part:
    return button(say("button.info"), "info", job.id)


def _delete(job: Job) -> Part:
    return button(say("button.delete"), "delete", job.id, style=RED)
