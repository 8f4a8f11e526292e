"""Admission: a job is let in or turned away, one after the other."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from engine.about import about
from engine.allowance import Allowance, require_possible
from engine.card import ModelCard
from engine.ending import tell_end
from engine.errors import InvalidRequest, NotFound, StorageFailed
from engine.job import Job, Picture, Status
from engine.lease import Lease
from engine.line import Line
from engine.moderation import LOCAL
from engine.outline import outline_of
from engine.ports import Ledger
from engine.recall import all_recalled, measure
from engine.ticket import Ticket
from engine.watch import Subject

log = logging.getLogger(__name__)

HISTORY = "history"
"""Who painted what needed no painter."""


class Admission:
    """Lets jobs into the line, and answers at once what history has."""

    def __init__(
        self,
        *,
        line: Line,
        ledger: Ledger,
        cards: Mapping[str, ModelCard],
        now: Callable[[], datetime],
    ) -> None:
        self._line = line
        self._ledger = ledger
        self._cards = cards
        self._now = now
        self._turn = asyncio.Lock()

    async def again(self, owner: str, key: str, sent: str, allowance: Allowance) -> Ticket | None:
        """The job that came with this key before; None where there is none, or it does not know
        what was sent for it. Raises InvalidRequest where that was something else."""
        async with self._turn:
            earlier = await self._ledger.seen(owner, key)
            if earlier is None or earlier.sent is None:
                return None
            if earlier.sent != sent:
                raise _other()
            return await self._ticket_of(earlier, allowance)

    async def admit(self, job: Job, allowance: Allowance, *, at_once: bool) -> Ticket:
        """Raises Rejected. With a key that was seen before it is the job of that time, as long as
        the same is asked for."""
        # Between counting what waits and putting one more there, nobody else may count.
        async with self._turn:
            if job.key is not None and (earlier := await self._ledger.seen(job.owner.id, job.key)):
                _require_same(job, earlier)
                return await self._ticket_of(earlier, allowance)
            if at_once:
                self._require_possible(job, allowance, waiting=0)
                hands, owner = self._line.hands, job.owner.id
                if pictures := await all_recalled(owner, job.tiles, hands, self._ledger):
                    return await self._answer(job, allowance, pictures)
            self._line.require_open()
            self._line.waiting.require_room(None if job.owner.id == LOCAL else job.owner.id)
            self._require_possible(job, allowance, waiting=self._line.waiting.of(job.owner.id))
            # Before a painter can see it; and the same transaction takes its price.
            recorded = await self._ledger.record(job, allowance, job.submitted)
            _require_same(job, recorded)
            with about(job=recorded.id, owner=recorded.owner.id):
                log.info("job %s is taken in: pictures %d", recorded.id, len(recorded.tiles))
                return await self._ticket_of(recorded, allowance)

    async def _answer(
        self, job: Job, allowance: Allowance, pictures: tuple[Picture, ...]
    ) -> Ticket:
        """It need not wait for the painter: it is recorded and has ended."""
        recorded = await self._ledger.record(job, allowance, job.submitted)
        _require_same(job, recorded)
        if recorded.id == job.id:
            until = job.submitted + Lease().length
            try:
                begun = await self._ledger.begin(job.id, HISTORY, until)
                await self._ledger.finish(job.id, begun.attempt, pictures, self._now())
            except (NotFound, StorageFailed) as error:
                log.warning("job %s is in history and cannot be answered yet: %s", job.id, error)
            else:
                measure(pictures, self._line.meter)
                self._line.news.set()
                self._line.watch.tell(Subject.JOB, job.owner.id, job.id)
                ticket = Ticket(recorded)
                ticket.resolve(pictures)
                return ticket
        return await self._ticket_of(await self._ledger.job(recorded.id), allowance)

    async def _ticket_of(self, job: Job, allowance: Allowance) -> Ticket:
        """The ticket of a job that is in the ledger, perhaps since long; made anew if it has ended.

        Who looks after the line may have seen it there first.
        """
        if not self._line.knows(job.id):
            match job.status:
                case Status.QUEUED:
                    self._line.join(outline_of(job), allowance)
                    self._line.bell.set()
                case Status.PAINTING:
                    self._line.follow(job.id)
                case _:
                    ticket = Ticket(job)
                    await tell_end(job, ticket, self._ledger)
                    return ticket
        return self._line.ticket(job)

    def _require_possible(self, job: Job, allowance: Allowance, *, waiting: int) -> None:
        recipe = job.tiles[0].recipe
        width, height = recipe.final_size
        pixels, steps = width * height, recipe.told_steps
        require_possible(
            allowance,
            pixels=pixels,
            steps=steps,
            waiting=waiting,
            card=self._cards.get(recipe.model),
            upscaled=recipe.upscale > 1,
        )


def _require_same(job: Job, earlier: Job) -> None:
    """Raises InvalidRequest."""
    if earlier.sent is not None:
        same = job.sent == earlier.sent
    else:
        # Nobody knows who said what, but both have the defaults in them.
        same = job.request.model_dump() == earlier.request.model_dump()
    if not same:
        raise _other()


def _other() -> InvalidRequest:
    return InvalidRequest("That key came with another request before. Take a new one.")
