"""Withdrawal: a job of this line ends before it is done, wherever it stands."""

import logging
from datetime import datetime

from engine.errors import EaselError
from engine.job import Job, Status
from engine.line import Line
from engine.meter import Charged, Ended, Outcome
from engine.ports import Ledger

log = logging.getLogger(__name__)

OUTCOMES = {Status.CANCELLED: Outcome.CANCELLED, Status.FAILED: Outcome.FAILED}


async def withdraw(
    job: str,
    owner: str,
    status: Status,
    error: EaselError,
    *,
    problem: str = "",
    known: Job | None = None,
    line: Line,
    ledger: Ledger,
    now: datetime,
) -> bool:
    """What is painted of it was paid for and is kept; the rest is refunded. False when it had ended
    already.

    Whoever waits for it here meets the error; the `problem` is kept. What is `known` of the job
    says what it would have been painted with.
    """
    work = line.works.get(job)
    spent = work.spent if work else 0.0
    # The ledger first: it decides between this and a painter that finishes right now.
    ended = await ledger.end(
        job,
        status,
        problem,
        now=now,
        spent=spent,
        pictures=dict(work.painted) if work else {},
        tally=line.tally(owner, ended=work),
    )
    if ended:
        log.info("job %s is %s", job, status, extra={"job": job, "owner": owner})
        _measure(job, known, OUTCOMES[status], spent, line)
        line.leave(job, error)
    return ended


def _measure(name: str, known: Job | None, outcome: Outcome, spent: float, line: Line) -> None:
    ticket = line.tickets.get(name)
    job = ticket.job if ticket else known
    if job is None:
        line.meter.tell(Ended(outcome=outcome, pictures=line.jobs.get(name, 1)))
    for tile in job.tiles if job else ():
        line.meter.tell(Ended(outcome=outcome, pictures=1, model=tile.recipe.model))
    line.meter.tell(Charged(credits=spent))
