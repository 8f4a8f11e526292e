"""Caretaker: takes up what others left, and what was decided elsewhere."""

import logging
from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import datetime, timedelta

from engine.accounts import Accounts
from engine.allowance import Allowance
from engine.ending import tell_end
from engine.errors import EaselError, NotFound
from engine.job import Status
from engine.line import Line
from engine.outline import Outline, outline_of
from engine.ports import Ledger

log = logging.getLogger(__name__)

TERMINAL = "terminal"
COMMANDS_END_WITHIN = timedelta(days=1)

Allowances = Callable[[str, Collection[str] | None], Awaitable[Allowance]]
"""What the owner of an id, who has these roles, may use; None is those of the last time."""


async def no_deeds() -> int:
    return 0


def nobody(worker: str) -> bool:
    return False


class Caretaker:
    """Brings the line up to date with the ledger.

    `newest_deed` answers the id of what a moderator did last: with another one, everybody in the
    line is asked again for what they may use. `is_gone` says of whom the ledger calls a worker
    whether that program is known to run no more.
    """

    def __init__(
        self,
        *,
        line: Line,
        ledger: Ledger,
        allowance: Allowances,
        now: Callable[[], datetime],
        newest_deed: Callable[[], Awaitable[int]] = no_deeds,
        is_gone: Callable[[str], bool] = nobody,
    ) -> None:
        self._line = line
        self._ledger = ledger
        self._allowance = allowance
        self._now = now
        self._newest_deed = newest_deed
        self._is_gone = is_gone
        self._seen: int | None = None

    async def resume(self) -> int:
        """Take up what an earlier run left in the queue, and what nobody paints any more.

        What a painter held that was killed comes back at once where that is known, and else when
        its lease runs out: see `sweep`. From now on the ledger is told of the line's virtual time,
        which goes on where it was.
        """
        self._seen = await self._newest_deed()
        gone = [worker for worker in await self._ledger.workers() if self._is_gone(worker)]
        await self._ledger.take_back(self._now(), gone)
        self._line.queue.remember(*await self._ledger.tallies())
        self._line.lasting = True
        last: Outline | None = None
        waiting, allowances = 0, dict[str, Allowance]()
        while page := await self._ledger.unfinished(after=last):
            waiting += await self._take_up(page, allowances)
            last = page[-1]
        # Only now it is known who goes first.
        self._line.bell.set()
        return waiting

    async def sweep(self) -> None:
        """End the leases that ran out, and take those jobs up again or say why not."""
        taken = await self._ledger.take_back(self._now())
        for job in taken:
            if self._line.knows(job.id):
                self._line.follow(job.id)
            # Whoever waits for one that was given up has news.
            self._line.news.set()
        if await self._take_up(taken, {}):
            self._line.bell.set()
        await self.catch_up()
        await self.notice_deeds()

    async def catch_up(self) -> None:
        """See what became of the jobs that are elsewhere: one that is free again joins the line."""
        for name in tuple(self._line.elsewhere):
            try:
                job = await self._ledger.job(name)
            except EaselError as error:
                if isinstance(error, NotFound):
                    self._line.leave(name, error)
                else:  # it cannot be read now, which is no reason to forget the others
                    log.warning("job %s is elsewhere, and nothing is known of it: %s", name, error)
                continue
            if job.status is Status.PAINTING:
                continue
            allowance = await self._allowance(job.owner.id, None)
            if name not in self._line.elsewhere:
                continue
            if job.status is not Status.QUEUED:
                ticket = self._line.elsewhere[name]
                if ticket is not None:
                    await tell_end(job, ticket, self._ledger)
                self._line.forget(name)
            elif not self._line.painting.get(name):
                # Not before what was painted of it here is withdrawn: that takes a step's time.
                self._line.join(outline_of(job), allowance)
                self._line.bell.set()

    async def notice_deeds(self) -> None:
        """Where a moderator did something, perhaps in another program, it counts from now on."""
        newest = await self._newest_deed()
        if newest == self._seen:
            return
        for owner in self._line.queue.owners:
            self._line.weigh(owner, await self._allowance(owner, None))
        self._seen = newest
        self._line.bell.set()

    async def _take_up(self, jobs: Iterable[Outline], allowances: dict[str, Allowance]) -> int:
        """Put queued jobs of an earlier run, or of a painter that was lost, in the line.

        A job of the terminal ends with its command, which may be running beside this program; one
        that was begun or is old was killed, and nobody would see its pictures.
        """
        now, waiting = self._now(), 0
        for job in jobs:
            if job.status is not Status.QUEUED:
                continue
            if job.origin == TERMINAL:
                if job.attempt or now - job.submitted > COMMANDS_END_WITHIN:
                    await self._ledger.end(job.id, Status.CANCELLED, "", now=now)
                continue
            if job.owner not in allowances:
                allowances[job.owner] = await self._allowance(job.owner, None)
            if not self._line.knows(job.id):
                self._line.join(job, allowances[job.owner])
                waiting += 1
        return waiting


def newest_deed_of(accounts: Accounts) -> Callable[[], Awaitable[int]]:
    """The id of what a moderator did last; 0 where nobody ever did anything."""

    async def newest() -> int:
        deeds = await accounts.audit(most=1)
        return deeds[0].id if deeds else 0

    return newest
