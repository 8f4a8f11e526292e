"""Moves jobs from the queue to the painter, and what comes of them to the ledger and the ticket."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from engine.errors import Cancelled, EaselError, NotFound, PaintingFailed
from engine.job import Job, Picture, Progress, Status, Tile
from engine.line import Line
from engine.ports import Ledger, Painter
from engine.price import Speeds
from engine.queue import Entry
from engine.seats import Seats
from engine.studio import utc_now
from engine.ticket import Ticket

log = logging.getLogger(__name__)


class Dispatcher:
    """Takes the next job whenever the painter has a free seat. A seat holds one tile."""

    def __init__(
        self,
        *,
        line: Line,
        ledger: Ledger,
        painter: Painter,
        speeds: Speeds,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._line = line
        self._ledger = ledger
        self._painter = painter
        self._speeds = speeds
        self._now = now
        self._seats = Seats(painter.seats, line.bell)
        self._newcomer_next = True

    async def run(self) -> None:
        """Until cancelled. Jobs that are being painted then stay unfinished, for the next start."""
        async with asyncio.TaskGroup() as jobs:
            while True:
                await self._line.bell.wait()
                self._line.bell.clear()
                while self._seats.free > 0 and (self._call() or self._begin(jobs)):
                    pass

    def _call(self) -> bool:
        """Every second seat goes to a job that began, the others to newcomers, if there are any."""
        newcomer = self._newcomer_next and len(self._line.queue) > 0
        if newcomer or not self._seats.wanted:
            return False
        self._newcomer_next = True
        self._seats.call()
        return True

    def _begin(self, jobs: asyncio.TaskGroup) -> bool:
        self._newcomer_next = False
        entry = self._line.queue.take(self._now().timestamp())
        if entry is None:
            # Those who wait are at their cap, so the seat is for a job that began.
            return self._call()
        self._seats.hold(entry.job)
        jobs.create_task(self._job(entry))
        return True

    async def _job(self, entry: Entry) -> None:
        ticket = self._line.tickets[entry.job]
        spent = 0.0
        try:
            pictures = await self._painted(ticket)
            spent = sum(picture.seconds for picture in pictures)
            await self._ledger.finish(ticket.job.id, pictures, self._now())
            ticket.resolve(pictures)
        except Cancelled as error:
            await self._ledger.end(ticket.job.id, Status.CANCELLED, "")
            ticket.fail(error)
        except EaselError as error:
            await self._ledger.end(ticket.job.id, Status.FAILED, str(error))
            ticket.fail(error)
        except Exception:
            log.exception("job %s met a bug", ticket.job.id)
            sentence = "Something broke while painting that. It was not your fault; try again."
            await self._ledger.end(ticket.job.id, Status.FAILED, sentence)
            ticket.fail(PaintingFailed(sentence))
        finally:
            self._seats.let_go(entry.job)
            self._line.tickets.pop(ticket.job.id, None)
            self._line.queue.done(ticket.job.id, spent)
            self._line.bell.set()

    async def _painted(self, ticket: Ticket) -> tuple[Picture, ...]:
        """All tiles, or the first failure with the others withdrawn."""
        try:
            job = await self._ledger.begin(ticket.job.id)
        except NotFound:
            raise Cancelled("The job was withdrawn.") from None
        sources = await self._sources(job)
        painting = asyncio.ensure_future(self._all_tiles(job, ticket, sources))
        ticket.withdraw = painting.cancel
        try:
            return await painting
        except asyncio.CancelledError:
            if ticket.withdrawn:
                raise Cancelled("The job was withdrawn.") from None
            raise
        finally:
            ticket.withdraw = None

    async def _all_tiles(
        self, job: Job, ticket: Ticket, sources: Mapping[str, bytes]
    ) -> tuple[Picture, ...]:
        tiles = [asyncio.ensure_future(self._tile(tile, ticket, sources)) for tile in job.tiles]
        try:
            return tuple(await asyncio.gather(*tiles))
        except BaseException:
            for tile in tiles:
                tile.cancel()
            await asyncio.gather(*tiles, return_exceptions=True)
            raise

    async def _tile(self, tile: Tile, ticket: Ticket, sources: Mapping[str, bytes]) -> Picture:
        job, recipe = ticket.job, tile.recipe

        def tell(step: int, preview: bytes | None) -> None:
            progress = Progress(
                job=job.id, tile=tile.index, step=step, steps=recipe.steps, preview=preview
            )
            ticket.tell(progress)

        await self._seats.sit(job.id)
        try:
            if not job.request.fresh and (known := await self._ledger.painted(recipe)):
                file = await self._ledger.file(known.file)
                return Picture(recipe=recipe, png=file, seconds=0.0, notes=("from history",))
            picture = await self._painter.paint(recipe, sources, tell)
        finally:
            self._seats.leave()
        self._speeds.observe(recipe, picture.seconds)
        return picture

    async def _sources(self, job: Job) -> dict[str, bytes]:
        digests = {job.request.image, job.request.mask} - {None}
        return {digest: await self._ledger.file(digest) for digest in digests if digest}
