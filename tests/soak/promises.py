"""The promises, as far as the books show them: a sentence for each that is broken."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta

from engine.allowance import cents_of, tells_of_block
from engine.job import UNFINISHED, Status
from engine.lease import MOST_ATTEMPTS
from engine.phrase import read
from tests.soak.books import BookedJob, Books

LATE = timedelta(seconds=31)
"""A second after its end a lease is to be seen; a machine that halts may be half a minute late."""
RESERVE, SETTLE, REFUND = "reserve", "settle", "refund"


def broken(books: Books, promised: Mapping[str, str], *, awake: bool) -> Iterator[str]:
    """What may never be so. `promised` are jobs by who was told of them; `awake` says that the
    program has been there and undisturbed for longer than a lease may be late."""
    yield from lost(books, promised)
    yield from twice(books)
    yield from wrong_credits(books)
    yield from wrong_attempts(books)
    if awake:
        yield from stuck(books)


def restless(books: Books) -> Iterator[str]:
    """What may not be so once everything has come to rest."""
    for job in books.jobs.values():
        if job.status in UNFINISHED:
            yield f"job {job.id} is {job.status} for ever"
        if job.reply and job.id not in books.told:
            yield f"nobody is told any more of job {job.id}, which is {job.status}"
    yield from wrong_purses(books)


def lost(books: Books, promised: Mapping[str, str]) -> Iterator[str]:
    for job, entrance in promised.items():
        if job not in books.jobs:
            yield f"job {job} was promised by {entrance} and is lost"


def twice(books: Books) -> Iterator[str]:
    replies = Counter(job.reply for job in books.jobs.values() if job.reply)
    for reply, count in replies.items():
        if count > 1:
            yield f"{count} jobs answer the same interaction: {reply[:120]}"


def stuck(books: Books) -> Iterator[str]:
    for job in books.jobs.values():
        if job.status == Status.PAINTING and job.lease and job.lease < books.at - LATE:
            late = (books.at - job.lease).total_seconds()
            yield f"the lease of job {job.id} ended {late:.0f} s ago, and nobody took it up"


def wrong_attempts(books: Books) -> Iterator[str]:
    for job in books.jobs.values():
        if job.attempt > MOST_ATTEMPTS:
            yield f"job {job.id} was begun {job.attempt} times"


def wrong_credits(books: Books) -> Iterator[str]:
    moved: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for entry in books.entries:
        moved[entry.job].append((entry.kind, entry.cents))
    for job in books.jobs.values():
        yield from _wrong_account(job, moved.pop(job.id, []))
    for name in moved:
        yield f"credits moved for job {name}, which there is not"


def _wrong_account(job: BookedJob, moved: Collection[tuple[str, int]]) -> Iterator[str]:
    kinds = Counter(kind for kind, _ in moved)
    wanted = {RESERVE} if job.status in UNFINISHED else {RESERVE, SETTLE, REFUND}
    if set(kinds) != wanted or max(kinds.values(), default=1) > 1:
        yield f"the credits of job {job.id}, {job.status}, moved by {dict(kinds)}"
        return
    cents = dict(moved)
    if min(cents.values()) < 0:
        yield f"the credits of job {job.id} are less than none: {cents}"
    if job.status in UNFINISHED:
        return
    if cents[SETTLE] + cents[REFUND] != cents[RESERVE]:
        yield f"the credits of job {job.id} do not add up: {cents}"
    elif cents[SETTLE] != min(cents_of(job.spent), cents[RESERVE]):
        yield f"job {job.id} cost {job.spent} and was charged {cents[SETTLE]}"
    elif job.status == Status.FAILED and cents[SETTLE] and not tells_of_block(read(job.problem)):
        # Of whoever is blocked while it is painted, what was painted by then is paid for.
        yield f"job {job.id} failed and was charged {cents[SETTLE]}"


def wrong_purses(books: Books) -> Iterator[str]:
    """At rest nothing is reserved: what a purse lacks was paid for that day."""
    paid: Counter[tuple[str, object]] = Counter()
    granted = {entry.job for entry in books.entries if entry.granted}
    for entry in books.entries:
        if entry.kind == SETTLE and entry.job not in granted:
            paid[entry.owner, entry.day] += entry.cents
    for name, (day, used) in books.used.items():
        if used != paid[name, day]:
            yield f"the purse of {name} lacks {used} for {paid[name, day]} of that day"


def too_many_pictures(books: Books, most: int) -> Iterator[str]:
    """After a start, at which those go that need not be kept."""
    kept = Counter(one.owner for one in books.pictures if not one.favourite)
    for name, count in kept.items():
        if count > most:
            yield f"{count} pictures of {name} are kept, not {most}"
