"""Moves tiles from the queue to the painter, and what comes of them to ledger and ticket."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from engine.errors import Cancelled, EaselError, NotFound, PainterLost, PaintingFailed
from engine.job import Picture, Progress, Status, Tile
from engine.line import Line
from engine.ports import Ledger, Painter
from engine.price import Speeds
from engine.queue import Entry
from engine.ticket import Ticket

log = logging.getLogger(__name__)

BUG = "Something broke while painting that. It was not your fault; try again."


class Dispatcher:
    """Takes the next tile whenever the painter has a free seat."""

    def __init__(
        self,
        *,
        line: Line,
        ledger: Ledger,
        painter: Painter,
        speeds: Speeds,
        now: Callable[[], datetime],
    ) -> None:
        self._line = line
        self._ledger = ledger
        self._painter = painter
        self._speeds = speeds
        self._now = now
        self._free = painter.seats

    async def run(self) -> None:
        """Until cancelled. What is being painted then waits for the next start."""
        try:
            async with asyncio.TaskGroup() as tiles:
                while True:
                    await self._line.bell.wait()
                    self._line.bell.clear()
                    while self._free > 0:
                        entry = self._line.queue.take(self._now().timestamp())
                        if entry is None:
                            break
                        self._free -= 1
                        self._begin(entry, tiles)
        except asyncio.CancelledError:
            await self._release()
            raise

    async def _release(self) -> None:
        """Being stopped is not the jobs' fault, so it is no attempt of those that they have."""
        for ticket in self._line.tickets.values():
            if ticket.begun is None:
                continue
            await asyncio.wait([ticket.begun])
            try:
                await self._ledger.release(ticket.job.id)
            except EaselError as error:
                log.warning("job %s keeps an attempt that was none: %s", ticket.job.id, error)

    def _begin(self, entry: Entry, tiles: asyncio.TaskGroup) -> None:
        job, _, index = entry.job.rpartition(":")
        ticket = self._line.tickets[job]
        tile = ticket.job.tiles[int(index)]
        if ticket.begun is None:
            # Not one of the group: that ends as a whole when one of its tasks fails.
            ticket.begun = asyncio.create_task(self._sources(ticket))
        task = tiles.create_task(self._tile(entry, ticket, tile))
        self._line.painting[job].add(task)
        task.add_done_callback(lambda ended: self._ended(job, ended))

    def _ended(self, job: str, task: asyncio.Task[None]) -> None:
        self._line.painting[job].discard(task)
        if not self._line.painting[job]:
            del self._line.painting[job]

    async def _tile(self, entry: Entry, ticket: Ticket, tile: Tile) -> None:
        job = ticket.job
        spent: float | None = None
        try:
            picture = await self._picture(ticket, tile)
            spent = picture.seconds
            if pictures := ticket.add(tile, picture):
                await self._ledger.finish(job.id, pictures, self._now())
                self._line.tickets.pop(job.id, None)
                ticket.resolve(pictures)
        except PainterLost:
            raise  # the program ends, and the next start takes up what waits
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
            job = await self._ledger.begin(ticket.job.id)
        except NotFound:
            raise Cancelled("The job was withdrawn.") from None
        return {digest: await self._ledger.file(digest) for digest in job.request.pictures}

    async def _give_up(self, ticket: Ticket, error: EaselError) -> None:
        """The other tiles of the job go too: half a request is not what was asked for."""
        status = Status.CANCELLED if isinstance(error, Cancelled) else Status.FAILED
        try:
            await self._ledger.end(ticket.job.id, status, str(error))
        except Exception:  # nobody else's job may suffer; the next start takes this one up again
            log.exception("job %s ended and the ledger does not know", ticket.job.id)
        self._line.leave(ticket.job.id, error)
