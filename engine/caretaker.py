"""Caretaker: takes up what others left, and what was decided elsewhere."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta

from engine.allowance import Allowance
from engine.decisions import Blocked, Touched
from engine.ending import tell_end
from engine.errors import EaselError, NotFound
from engine.gate import Gate
from engine.job import Status
from engine.line import Line
from engine.meter import Ended, Outcome
from engine.outline import Outline, outline_of
from engine.ports import Ledger
from engine.watch import Subject
from engine.withdrawal import withdraw

log = logging.getLogger(__name__)

TERMINAL = "terminal"
COMMANDS_END_WITHIN = timedelta(days=1)

Allowances = Callable[[str, Collection[str] | None], Awaitable[Allowance]]
"""What the owner of an id, who has these roles, may use; None is those of the last time."""


async def no_deeds() -> int:
    return 0


async def everybody(deed: int | None) -> None:
    return None


async def open_gate() -> Gate:
    return Gate.OPEN


async def unblocked(owner: str) -> None:
    return None


def nobody(worker: str) -> bool:
    return False


class Caretaker:
    """Brings the line up to date with the ledger.

    `newest_deed` answers the id of what a moderator did last: with another one, it is asked again
    what those in the line may use to whom it `touched` something since then, None is everybody, and
    `gate` how the queue was left. Of who is `blocked` nothing waits and nothing is painted any
    more. `is_gone` says of whom the ledger calls a worker whether that
    program is known to run no more.
    """

    def __init__(
        self,
        *,
        line: Line,
        ledger: Ledger,
        allowance: Allowances,
        now: Callable[[], datetime],
        newest_deed: Callable[[], Awaitable[int]] = no_deeds,
        touched: Touched = everybody,
        gate: Callable[[], Awaitable[Gate]] = open_gate,
        blocked: Blocked = unblocked,
        is_gone: Callable[[str], bool] = nobody,
    ) -> None:
        self._line = line
        self._ledger = ledger
        self._allowance = allowance
        self._now = now
        self._newest_deed = newest_deed
        self._touched = touched
        self._gate = gate
        self._blocked = blocked
        self._is_gone = is_gone
        self._seen: int | None = None
        self._noticing = asyncio.Lock()
        self._resumed = False
        self._looked: Outline | None = None

    async def resume(self) -> int:
        """Take up what an earlier run left in the queue, and what nobody paints any more.

        What a painter held that was killed comes back at once where that is known, and else when
        its lease runs out: see `sweep`. From now on the ledger is told of the line's virtual time,
        which goes on where it was.
        """
        self._seen = await self._newest_deed()
        self._line.gate = await self._gate()
        await self._take_back_from_the_dead()
        self._line.queue.remember(*await self._ledger.tallies())
        self._line.lasting = True
        waiting, allowances = 0, dict[str, Allowance]()
        async for page in self._pages():
            waiting += await self._take_up(page, allowances)
        for owner in self._line.queue.owners:
            waiting -= await self._end_if_blocked(owner)
        # Only now it is known who goes first.
        self._line.bell.set()
        self._resumed = True
        return waiting

    async def bury(self) -> None:
        """End what commands asked for that were killed, also where no program serves everybody.

        Whatever else a dead program held waits for the one that does.
        """
        await self._take_back_from_the_dead()
        async for page in self._pages():
            for job in page:
                if job.status is Status.QUEUED:
                    await self._end_of_dead_command(job)

    async def sweep(self) -> None:
        """End the leases that ran out, and take those jobs up again or say why not."""
        taken = await self._ledger.take_back(self._now())
        for job in taken:
            if self._line.knows(job.id):
                self._line.follow(job.id)
            if job.status is Status.FAILED:
                ended = Ended(outcome=Outcome.FAILED, pictures=job.tiles)
                self._line.meter.tell(ended)
            # Whoever waits for one that was given up has news.
            self._line.news.set()
            self._line.watch.tell(Subject.JOB, job.owner, job.id)
        if await self._take_up(taken, {}):
            self._line.bell.set()
        await self.catch_up()
        await self.look_around()
        await self.notice_deeds()

    async def look_around(self) -> None:
        """Take in what waits and nobody here knows, a page at a time and again from the oldest.

        That is what was recorded without an answer, and what another program let go of. Not before
        what an earlier run left is in line, or who was served would be forgotten.
        """
        if not self._resumed:
            return
        page = await self._ledger.unfinished(after=self._looked)
        self._looked = page[-1] if page else None
        if await self._take_up(page, {}):
            self._line.bell.set()

    async def catch_up(self) -> None:
        """See what became of the jobs that are elsewhere: one that is free again joins the line."""
        for name in tuple(self._line.elsewhere):
            try:
                await self._follow_up(name)
            except NotFound as error:
                self._line.leave(name, error)
            except EaselError as error:  # no reason to forget the others
                log.warning("job %s is elsewhere, and nothing is known of it: %s", name, error)

    async def notice_deeds(self) -> None:
        """Where a moderator did something, perhaps in another program, it counts from now on."""
        # Of two who look at once, the one that saw less must not have the last word.
        async with self._noticing:
            await self._notice_deeds()

    async def _notice_deeds(self) -> None:
        newest = await self._newest_deed()
        if newest == self._seen:
            return
        self._line.gate = await self._gate()
        touched = await self._touched(self._seen)
        for owner in self._line.queue.owners:
            if touched is None or owner in touched:
                self._line.weigh(owner, await self._allowance(owner, None))
                await self._end_if_blocked(owner)
        self._seen = newest
        self._line.bell.set()
        for whom in [None] if touched is None else touched:
            self._line.watch.tell(Subject.STANDING, whom)
        self._line.watch.tell(Subject.QUEUE)

    async def _end_if_blocked(self, owner: str) -> int:
        """Also what was asked for before the block; answers how many jobs that were."""
        error = await self._blocked(owner)
        if error is None:
            return 0
        ended = 0
        for job in self._line.jobs_of(owner):
            ended += await withdraw(
                job,
                owner,
                Status.FAILED,
                error,
                problem=error.phrase,
                line=self._line,
                ledger=self._ledger,
                now=self._now(),
            )
        return ended

    async def _follow_up(self, name: str) -> None:
        job = await self._ledger.job(name)
        if job.status is Status.PAINTING:
            return
        allowance = await self._allowance(job.owner.id, None)
        if name not in self._line.elsewhere:
            return
        if job.status is not Status.QUEUED:
            ticket = self._line.elsewhere[name]
            if ticket is not None:
                await tell_end(job, ticket, self._ledger)
            self._line.forget(name)
        elif not self._line.painting.get(name):
            # Not before what was painted of it here is withdrawn: that takes a step's time.
            self._line.join(outline_of(job), allowance)
            self._line.bell.set()

    async def _take_up(self, jobs: Iterable[Outline], allowances: dict[str, Allowance]) -> int:
        """Put queued jobs of an earlier run, or of a painter that was lost, in the line."""
        waiting = 0
        for job in jobs:
            if job.status is not Status.QUEUED:
                continue
            if job.origin == TERMINAL:
                await self._end_of_dead_command(job)
                continue
            if self._line.knows(job.id):
                continue
            if job.owner not in allowances:
                allowances[job.owner] = await self._allowance(job.owner, None)
            if not self._line.knows(job.id):
                self._line.join(job, allowances[job.owner])
                waiting += 1
        return waiting

    async def _take_back_from_the_dead(self) -> None:
        gone = [worker for worker in await self._ledger.workers() if self._is_gone(worker)]
        await self._ledger.take_back(self._now(), gone)

    async def _end_of_dead_command(self, job: Outline) -> None:
        """A job of the terminal ends with its command, which may be running beside this program.

        Of one that was begun or is old it was killed, and nobody would see the pictures.
        """
        now = self._now()
        if job.origin == TERMINAL and (job.attempt or now - job.submitted > COMMANDS_END_WITHIN):
            await self._ledger.end(job.id, Status.CANCELLED, "", now=now)

    async def _pages(self) -> AsyncIterator[Sequence[Outline]]:
        """All that has not ended."""
        last: Outline | None = None
        while page := await self._ledger.unfinished(after=last):
            yield page
            last = page[-1]
