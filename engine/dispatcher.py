"""Moves tiles from the queue to the painter, and what comes of them to ledger and ticket."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from math import isfinite

from engine.about import context_about
from engine.crew import Crew, Member
from engine.errors import (
    Cancelled,
    EaselError,
    NotFound,
    PainterGone,
    PainterLost,
    PaintingFailed,
    StorageFailed,
    TakenOver,
)
from engine.gate import Gate
from engine.heart import Heart
from engine.job import Picture, Progress, Status, Tile
from engine.keeping import Keeping
from engine.lease import Lease
from engine.line import Line, job_of, place_of
from engine.meter import Began, Ended, Outcome
from engine.phrase import Phrase
from engine.picking import pick
from engine.ports import Ledger, Painter
from engine.queue import Entry
from engine.recall import measure, recalled
from engine.tariff import Tariff
from engine.ticket import Ticket
from engine.watch import Subject
from engine.whole import whole
from engine.work import Begun, Work

log = logging.getLogger(__name__)

BUG = "Something broke while painting that. It was not your fault; try again."
UNREADABLE = "Another Easel took that in, and I cannot read it. It cost nothing; ask again."
NOT_KEPT = "Easel cannot save pictures right now. Tell whoever runs it; this one cost nothing."
NO_TIME = "Nobody knows how long painting that took, so it cannot be paid for. Try again."


class Dispatcher:
    """Takes the next tile whenever one of the crew has a free seat.

    `worker` is what the ledger calls this program. `sweep` looks after leases that ran out and jobs
    that ended elsewhere. Without a `keeping`, what cannot be kept fails.
    """

    def __init__(
        self,
        *,
        line: Line,
        ledger: Ledger,
        crew: Crew,
        tariff: Tariff,
        now: Callable[[], datetime],
        worker: str,
        sweep: Callable[[], Awaitable[None]],
        lease: Lease | None = None,
        keeping: Keeping | None = None,
    ) -> None:
        self._line = line
        self._ledger = ledger
        self._crew = crew
        self._tariff = tariff
        self._now = now
        self._worker = worker
        self._lease = lease or Lease()
        self.heart = Heart(line=line, ledger=ledger, lease=self._lease, sweep=sweep, now=now)
        self._keeping = keeping or Keeping(ledger=ledger, bell=line.bell, patient=False)
        line.crew, crew.changed = crew, line.bell.set
        line.hands.update((name, card.hand) for name, card in crew.cards.items())

    async def run(self) -> None:
        """Until cancelled, or stopped by the line. What is not finished then waits for the next
        start."""
        try:
            async with asyncio.TaskGroup() as tasks:
                beating = tasks.create_task(self.heart.run())
                await self._serve(tasks)
                beating.cancel()
                self._keeping.end()
                for task in set().union(*self._line.painting.values()):
                    task.cancel()
        except asyncio.CancelledError:
            await self._release()
            raise
        await self._release()
        self._line.stop.done.set()

    async def _serve(self, tasks: asyncio.TaskGroup) -> None:
        """Until the line is stopped, and nothing is painted any more or there is no time for it."""
        stop = self._line.stop
        while not (stop.overdue or (stop.meant and not self._line.painting)):
            await self._line.bell.wait()
            self._line.bell.clear()
            self._line.bring_back()
            while self._crew.free > 0 and not stop.overdue and self._line.gate is not Gate.PAUSED:
                if self._line.queue and not self._keeping.works(tasks):
                    break
                picked = pick(self._line, self._now().timestamp())
                if picked is None:
                    break
                self._begin(*picked, tasks)

    async def _release(self) -> None:
        """Being stopped is not the jobs' fault, so it is no attempt of those that they have."""
        for work in tuple(self._line.works.values()):
            if work.begun is not None:
                await asyncio.wait([work.begun])
            if work.attempt:
                await self._keeping.let_go(work)
        try:
            await self.heart.keep()
        except EaselError as error:
            log.warning("the next start knows less of who was served: %s", error)

    def _begin(self, entry: Entry, member: Member, tasks: asyncio.TaskGroup) -> None:
        job = job_of(entry)
        member.take(job)
        self._line.changed.add(entry.owner)
        work = self._line.works.get(job)
        context = context_about(job=job, owner=entry.owner)
        if work is None:
            work = self._line.begin(job, entry.owner)
            # Not one of the group: that ends as a whole when one of its tasks fails.
            work.begun = asyncio.create_task(self._sources(work), context=context)
            # Its tile may be withdrawn before it ends, and then nobody else asks how it ended.
            work.begun.add_done_callback(_look)
        task = tasks.create_task(self._tile(entry, work, member.painter), context=context)
        self._line.painting[job].add(task)
        task.add_done_callback(partial(self._ended, entry, work, member))

    def _ended(self, entry: Entry, work: Work, member: Member, task: asyncio.Task[None]) -> None:
        """Also where it was withdrawn before it began."""
        painting = self._line.painting
        painting[work.job].discard(task)
        if not painting[work.job]:
            del painting[work.job]
        if self._line.queue.runs(entry.job):
            # What was painted of a withdrawn tile is paid for, or looking on would be free.
            self._line.pay(entry, work, entry.price * work.share_of(place_of(entry)))
        member.give_back(work.job)
        # Only now is nothing of it painted any more, for which another may have been put aside.
        self._line.bell.set()

    async def _tile(self, entry: Entry, work: Work, painter: Painter) -> None:
        try:
            if work.begun is None:
                raise RuntimeError("a tile is painted before its job began")
            ticket, sources = await asyncio.shield(work.begun)
            tile = ticket.job.tiles[place_of(entry)]
            picture = await self._picture(ticket, tile, sources, painter)
            self._line.pay(entry, work, picture.seconds)
            if pictures := work.add(tile, picture):
                await self._finish(work, pictures)
        except PainterLost:
            raise  # the program ends, and who takes the jobs back takes up what waits
        except PainterGone as error:
            await self._lose(work, error)
        except TakenOver:
            self._follow(work)
        except EaselError as error:
            if await self._keeping.puts_back(work, error):
                self._follow(work)
            else:
                await self._give_up(work, error)
        except Exception:
            log.exception("job %s met a bug", work.job)
            await self._give_up(work, PaintingFailed(BUG))

    async def _lose(self, work: Work, error: PainterGone) -> None:
        """The rest of it is withdrawn, and all of it waits again: the next sweep takes it up."""
        if self._line.works.get(work.job) is not work:
            return  # another of its tiles was quicker to say so
        log.warning("job %s has lost its painter: %s", work.job, error)
        try:
            await self._ledger.lose(work.job, work.attempt, self._now())
        except EaselError as problem:  # its lease runs out, and it is taken back then
            log.warning("job %s waits for the end of its lease: %s", work.job, problem)
        self._follow(work)

    async def _picture(
        self, ticket: Ticket, tile: Tile, sources: Mapping[str, bytes], painter: Painter
    ) -> Picture:
        job = ticket.job
        card = painter.cards.get(tile.recipe.model)
        # Only here it is known who paints it, and bits differ from hand to hand.
        recipe = replace(tile.recipe, hand=card.hand if card else "")

        def tell(step: int, preview: bytes | None) -> None:
            self._measure_wait(ticket)
            ticket.tell(
                Progress(
                    job=job.id, tile=tile.index, step=step, steps=recipe.told_steps, preview=preview
                )
            )
            self._line.watch.tell(Subject.PROGRESS, job.owner.id, job.id)

        if not job.request.fresh and (known := await recalled(job.owner.id, recipe, self._ledger)):
            tell(recipe.told_steps, None)
            return known
        picture = await painter.paint(recipe, sources, tell)
        if not (isfinite(picture.seconds) and picture.seconds >= 0):
            raise PaintingFailed(NO_TIME)
        self._tariff.observe(recipe, picture.seconds, painter.name)
        return picture

    async def _sources(self, work: Work) -> tuple[Ticket, Mapping[str, bytes]]:
        """Mark the job as being painted, and fetch the files that its recipes name."""
        until = self._now() + self._lease.length
        tally = self._line.tally(work.owner)
        try:
            job = await self._ledger.begin(work.job, self._worker, until, tally)
        except (NotFound, StorageFailed) as error:
            # It ended, or another has it, or nobody knows: what the ledger says next decides.
            raise TakenOver("The job cannot be begun.") from error
        self._line.told(tally)
        work.attempt = job.attempt
        if not job.tiles:
            raise PaintingFailed(UNREADABLE)
        # Another is made where nobody held one, and from now on the work does.
        work.ticket = self._line.ticket(job)
        sources = {digest: await self._ledger.file(digest) for digest in job.request.pictures}
        return work.ticket, sources

    async def _finish(self, work: Work, pictures: tuple[Picture, ...]) -> None:
        """A database that is away for a moment costs nobody the picture that is painted."""
        begun, pauses = self._now(), iter(self._lease.pauses)
        while True:
            try:
                # Whoever waits for what is stored and paid for is told so, also at the very end.
                return await whole(self._store(work, pictures))
            except StorageFailed as error:
                pause = next(pauses, None)
                if pause is None or self._now() + pause - begun > self._lease.length:
                    raise
                if pause == self._lease.pauses[0]:
                    log.warning("job %s is finished and cannot be stored yet: %s", work.job, error)
            await asyncio.sleep(pause.total_seconds())

    async def _store(self, work: Work, pictures: tuple[Picture, ...]) -> None:
        tally = self._line.tally(work.owner, ended=work)
        await self._ledger.finish(work.job, work.attempt, pictures, self._now(), tally)
        log.info("job %s is done: pictures %d", work.job, len(pictures))
        measure(pictures, self._line.meter)
        self._line.finish(work.job, pictures)
        self._line.told(tally)

    async def _give_up(self, work: Work, error: EaselError) -> None:
        """The other tiles of the job go too: half a request is not what was asked for."""
        status = Status.CANCELLED if isinstance(error, Cancelled) else Status.FAILED
        problem = error.phrase
        if isinstance(error, StorageFailed):
            # What is wrong with the disk is for whoever can mend it.
            log.error("job %s is painted and cannot be stored: %s", work.job, error)
            problem = Phrase(NOT_KEPT)
        try:
            ended = await self._ledger.end(
                work.job,
                status,
                problem,
                now=self._now(),
                attempt=work.attempt,
                tally=self._line.tally(work.owner, ended=work),
            )
        except Exception:  # nobody else's job may suffer; its lease runs out, and it is taken back
            log.exception("job %s ended and the ledger does not know", work.job)
            ended = True
        if ended:
            log.info("job %s is %s: %s", work.job, status, type(error).__name__)
            self._measure_end(work, status)
            self._line.leave(work.job, error)
        else:
            self._follow(work)

    def _measure_wait(self, ticket: Ticket) -> None:
        """Of one that was begun before, nobody knows what of it was waiting."""
        if ticket.job.attempt == 1 and self._line.meter.heard and not ticket.latest:
            waited = (self._now() - ticket.job.submitted).total_seconds()
            self._line.meter.tell(Began(waited=max(0.0, waited)))

    def _measure_end(self, work: Work, status: Status) -> None:
        outcome = Outcome.CANCELLED if status is Status.CANCELLED else Outcome.FAILED
        for tile in work.ticket.job.tiles if work.ticket else ():
            self._line.meter.tell(Ended(outcome=outcome, pictures=1, model=tile.recipe.model))

    def _follow(self, work: Work) -> None:
        if self._line.works.get(work.job) is work:
            self._line.follow(work.job)


def _look(task: Begun) -> None:
    if not task.cancelled():
        task.exception()
