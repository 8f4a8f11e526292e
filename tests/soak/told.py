"""What people on Discord were told: a sentence for everything that is not told as promised."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.discord_server.interaction import Interaction, Reply
from tests.discord_server.message import Message
from tests.soak.excuses import Excuses

UNANSWERED_S = 5.0
PENDING = ("easel:cancel:", "easel:agree:")
NAMING = ("easel:cancel:", "easel:delete:", "easel:info:")
JOB = 32
MOST_SAID = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one interaction led to. `paints` says that a job of its own was asked for."""

    what: str
    paints: bool
    asked_at: float
    answered: bool
    deferred: bool
    messages: int
    loading: int
    pending: int
    jobs: frozenset[str]
    deleted: bool
    asks: bool
    says: tuple[str, ...] = ()


def told_of(asked: Interaction, *, paints: bool) -> Told:
    first = asked.original
    # What is whispered to whoever asked, beside what all may read, is no second end. Discord knows
    # no nonce for it, so after a fault it may be there twice.
    there = [one for one in asked.messages if not (first and is_aside(one, first))]
    return Told(
        what=f"{asked.what} of {asked.user.name}",
        paints=paints,
        asked_at=asked.asked_at,
        answered=asked.reply is not None,
        deferred=asked.reply is Reply.DEFERRED_MESSAGE,
        messages=len(there),
        loading=sum(one.loading for one in there),
        pending=sum(is_pending(one) for one in there),
        asks=any(_has(one, ("easel:agree:",)) for one in there),
        jobs=frozenset(job for one in there if (job := job_on(one))),
        deleted=bool(asked.original and asked.original.deleted),
        says=tuple(one.text[:MOST_SAID] for one in there),
    )


def is_aside(message: Message, first: Message) -> bool:
    return message.seen_by is not None and first.seen_by is None


def is_pending(message: Message) -> bool:
    """Whether it will still change by itself."""
    return message.loading or _has(message, PENDING)


def _has(message: Message, beginnings: tuple[str, ...]) -> bool:
    return any((button.custom_id or "").startswith(beginnings) for button in message.buttons)


def job_on(message: Message) -> str | None:
    """The job that the message is about, by its buttons."""
    for button in message.buttons:
        if (button.custom_id or "").startswith(NAMING):
            named = str(button.custom_id).split(":")[2]
            return named if len(named) == JOB else None
    return None


def unanswered(every: Iterable[Told], excuses: Excuses, now: float) -> Iterator[str]:
    """Nobody but whoever was away in that moment may leave somebody without an answer."""
    for one in every:
        late = now - one.asked_at > UNANSWERED_S
        if late and not one.answered and not excuses.any(one.asked_at):
            yield f"{one.what} was never answered"


def unfinished(every: Iterable[Told]) -> Iterator[str]:
    """Once all is at rest, each has one message that says how it ended."""
    for one in every:
        if one.loading:
            yield f"{one.what} says for ever that it thinks"
        elif one.pending and not one.asks:
            yield f"{one.what} says for ever that it waits or is painted"
        elif one.paints and one.deferred and one.messages > 1:
            yield f"{one.what} has {one.messages} messages, not one: {one.says}"
        elif one.paints and one.deferred and not one.messages and not one.deleted:
            yield f"{one.what} has no message"


def shown_twice(every: Iterable[Told]) -> Iterator[str]:
    """Of what was asked for the end is told by one interaction alone."""
    tellers: defaultdict[str, list[str]] = defaultdict(list)
    for one in every:
        if one.paints:
            for job in one.jobs:
                tellers[job].append(one.what)
    for job, several in tellers.items():
        if len(several) > 1:
            yield f"job {job} is told by {len(several)} interactions: {several[:3]}"
