"""Moves tiles from the queue to the painter, and what comes of them to ledger and ticket."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime

from engine.errors import (
    Cancelled,
    EaselError,
    NotFound,
    PainterLost,
    PaintingFailed,
    StorageFailed,
    TakenOver,
)
from engine.heart import Heart
from engine.job import Picture, Progress, Status, Tile
from engine.lease import Lease
from engine.line import Line
from engine.ports import Ledger, Painter
from engine.price import Speeds
from engine.queue import Entry
from engine.ticket import Ticket

log = logging.getLogger(__name__)

BUG = "Something broke while painting that. It was not your fault; try again."


class Dispatcher:
    """Takes the next tile whenever the painter has a free seat.

    `worker` is what the ledger calls this painter. `sweep` looks after leases that ran out and jobs
    that ended elsewhere.
    """

    def __init__(
        self,
        *,
        line: Line,
        ledger: Ledger,
        painter: Painter,
        speeds: Speeds,
        now: Callable[[], datetime],
        worker: str,
        sweep: Callable[[], Awaitable[None]],
        lease: Lease | None = None,
    ) -> None:
        self._line = line
        self._ledger = ledger
        self._painter = painter
        self._speeds = speeds
        self._now = now
        self._worker = worker
        self._lease = lease or Lease()
        self.heart = Heart(line=line, ledger=ledger, lease=self._lease, sweep=sweep, now=now)
        self._free = painter.seats
        self._aside: list[Entry] = []

    async def run(self) -> None:
        """Until cancelled. What is being painted then waits for the next start."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.heart.run())
                while True:
                    await self._line.bell.wait()
                    self._line.bell.clear()
                    self._bring_back()
                    while self._free > 0:
                        entry = self._line.queue.take(self._now().timestamp())
                        if entry is None:
                            break
                        if self._must_wait(entry):
                            self._aside.append(entry)
                            continue
                        self._free -= 1
                        self._begin(entry, tasks)
        except asyncio.CancelledError:
            await self._release()
            raise

    async def _release(self) -> None:
        """Being stopped is not the jobs' fault, so it is no attempt of those that they have."""
        for ticket in self._line.tickets.values():
            if ticket.begun is None:
                continue
            await asyncio.wait([ticket.begun])
            if not ticket.attempt:
                continue
            try:
                await self._ledger.release(ticket.job.id, ticket.attempt)
            except EaselError as error:
                log.warning("job %s keeps an attempt that was none: %s", ticket.job.id, error)

    # A painter that breaks down takes all that it paints with it, and who did that is not known.
    # So never two jobs that were there are painted at a time: the one to blame uses up its attempts
    # without using up those of the others.

    def _must_wait(self, entry: Entry) -> bool:
        job = job_of(entry)
        return self._is_suspect(job) and any(
            other != job and self._is_suspect(other) for other in self._line.painting
        )

    def _is_suspect(self, job: str) -> bool:
        ticket = self._line.tickets.get(job)
        return ticket is not None and ticket.job.attempt > 0

    def _bring_back(self) -> None:
        """What was put aside waits in the queue again, or is over."""
        aside, self._aside = self._aside, []
        for entry in aside:
            if self._line.waits(job_of(entry)):
                self._line.queue.give_back(entry.job)
            else:
                self._line.queue.done(entry.job, 0.0)

    def _begin(self, entry: Entry, tasks: asyncio.TaskGroup) -> None:
        job, _, index = entry.job.rpartition(":")
        ticket = self._line.tickets[job]
        tile = ticket.job.tiles[int(index)]
        if ticket.begun is None:
            # Not one of the group: that ends as a whole when one of its tasks fails.
            ticket.begun = asyncio.create_task(self._sources(ticket))
            # Its tile may be withdrawn before it ends, and then nobody else asks how it ended.
            ticket.begun.add_done_callback(_look)
        task = tasks.create_task(self._tile(entry, ticket, tile))
        self._line.painting[job].add(task)
        task.add_done_callback(lambda ended: self._ended(job, ended))

    def _ended(self, job: str, task: asyncio.Task[None]) -> None:
        self._line.painting[job].discard(task)
        if not self._line.painting[job]:
            del self._line.painting[job]
        # Only now is nothing of it painted any more, for which another may have been put aside.
        self._line.bell.set()

    async def _tile(self, entry: Entry, ticket: Ticket, tile: Tile) -> None:
        job = ticket.job
        spent: float | None = None
        try:
            picture = await self._picture(ticket, tile)
            spent = picture.seconds
            if pictures := ticket.add(tile, picture):
                await self._ledger.finish(job.id, ticket.attempt, pictures, self._now())
                self._line.finish(job.id, pictures)
        except PainterLost:
            raise  # the program ends, and who takes the jobs back takes up what waits
        except TakenOver:
            self._follow(ticket)
        except EaselError as error:
            await self._give_up(ticket, error)
        except Exception:
            log.exception("job %s met a bug", job.id)
            await self._give_up(ticket, PaintingFailed(BUG))
        finally:
            # What was painted of a withdrawn tile is paid for, or looking on would be free.
            half_done = entry.price * ticket.share_of(tile)
            self._line.queue.done(entry.job, half_done if spent is None else spent)
            self._free += 1
            self._line.bell.set()

    async def _picture(self, ticket: Ticket, tile: Tile) -> Picture:
        job = ticket.job
        card = self._painter.cards.get(tile.recipe.model)
        # Only here it is known who paints it, and bits differ from hand to hand.
        recipe = replace(tile.recipe, hand=card.hand if card else "")

        def tell(step: int, preview: bytes | None) -> None:
            ticket.tell(
                Progress(
                    job=job.id, tile=tile.index, step=step, steps=recipe.told_steps, preview=preview
                )
            )

        if ticket.begun is None:
            raise RuntimeError("a tile is painted before its job began")
        sources = await asyncio.shield(ticket.begun)
        if not job.request.fresh and (known := await self._ledger.painted(recipe)):
            file = await self._ledger.file(known.file)
            tell(recipe.told_steps, None)
            return Picture(recipe=recipe, png=file, seconds=0.0, notes=("from history",))
        picture = await self._painter.paint(recipe, sources, tell)
        self._speeds.observe(recipe, picture.seconds)
        return picture

    async def _sources(self, ticket: Ticket) -> Mapping[str, bytes]:
        """Mark the job as being painted, and fetch the files that its recipes name."""
        try:
            job = await self._ledger.begin(
                ticket.job.id, self._worker, self._now() + self._lease.length
            )
        except (NotFound, StorageFailed) as error:
            # It ended, or another has it, or nobody knows: what the ledger says next decides.
            raise TakenOver("The job cannot be begun.") from error
        ticket.attempt = job.attempt
        return {digest: await self._ledger.file(digest) for digest in job.request.pictures}

    async def _give_up(self, ticket: Ticket, error: EaselError) -> None:
        """The other tiles of the job go too: half a request is not what was asked for."""
        job = ticket.job
        status = Status.CANCELLED if isinstance(error, Cancelled) else Status.FAILED
        try:
            ended = await self._ledger.end(
                job.id, status, str(error), now=self._now(), attempt=ticket.attempt
            )
        except Exception:  # nobody else's job may suffer; its lease runs out, and it is taken back
            log.exception("job %s ended and the ledger does not know", job.id)
            ended = True
        if ended:
            self._line.leave(job.id, error)
        else:
            self._follow(ticket)

    def _follow(self, ticket: Ticket) -> None:
        if self._line.tickets.get(ticket.job.id) is ticket:
            self._line.follow(ticket.job)


def _look(task: asyncio.Task[Mapping[str, bytes]]) -> None:
    if not task.cancelled():
        task.exception()


def job_of(entry: Entry) -> str:
    return entry.job.rpartition(":")[0]
