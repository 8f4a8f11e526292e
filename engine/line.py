"""Line: what the studio and the dispatcher share."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field

from engine.allowance import Allowance
from engine.errors import EaselError
from engine.job import Job, Picture, Tile
from engine.queue import Entry, FairQueue
from engine.ticket import Ticket


@dataclass(slots=True, kw_only=True)
class Line:
    """The queue of tiles, the tickets of unfinished jobs, and a bell that rings for new work.

    A job stands in the queue with each of its tiles, so that one with many does not hold up
    those behind it. Those `elsewhere` are another painter's, or nobody knows whose: they have a
    ticket and stand in no queue. `news` rings when a job has ended. Only the event loop touches a
    line.
    """

    queue: FairQueue
    tickets: dict[str, Ticket] = field(default_factory=dict)
    painting: defaultdict[str, set[asyncio.Task[None]]] = field(
        default_factory=lambda: defaultdict(set)
    )
    elsewhere: set[str] = field(default_factory=set)
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def join(self, job: Job, allowance: Allowance) -> Ticket:
        """Put all tiles in the queue; there is room for them, or was when they were accepted.

        Who waits with an earlier ticket for it goes on waiting with that one.
        """
        for tile in job.tiles:
            entry = Entry(
                job=place_of(job.id, tile),
                owner=job.owner.id,
                price=job.price / len(job.tiles),
                submitted=job.submitted.timestamp(),
                tier=allowance.tier,
                weight=allowance.weight,
                most_running=allowance.most_running,
            )
            self.queue.restore(entry)
        ticket = self._ticket(job)
        self.elsewhere.discard(job.id)
        self.bell.set()
        return ticket

    def waits(self, job: str) -> bool:
        """True while it is this program that paints it or will."""
        return job in self.tickets and job not in self.elsewhere

    def follow(self, job: Job) -> Ticket:
        """Another painter has it: nothing of it is painted here, and its ticket waits for its end.

        Where it comes back it can join again, once what was being painted of it is withdrawn.
        """
        ticket = self._ticket(job)
        self._withdraw(ticket)
        ticket.start_over()
        self.elsewhere.add(job.id)
        return ticket

    def finish(self, job: str, pictures: tuple[Picture, ...]) -> None:
        """Whoever waits for the job has its pictures."""
        if ticket := self.tickets.get(job):
            ticket.resolve(pictures)
        self.forget(job)

    def leave(self, job: str, reason: EaselError) -> None:
        """The job ended before it was finished: nothing of it waits or is painted any more."""
        if ticket := self.tickets.get(job):
            ticket.fail(reason)
            self._withdraw(ticket)
        self.forget(job)

    def forget(self, job: str) -> None:
        """It has ended."""
        self.tickets.pop(job, None)
        self.elsewhere.discard(job)
        self.news.set()

    def _ticket(self, job: Job) -> Ticket:
        ticket = self.tickets.setdefault(job.id, Ticket(job))
        ticket.job = job
        return ticket

    def _withdraw(self, ticket: Ticket) -> None:
        job = ticket.job
        for tile in job.tiles:
            self.queue.cancel(place_of(job.id, tile))
        for task in self.painting.get(job.id, set()) - {asyncio.current_task()}:
            task.cancel()

    def ahead(self, job: Job, now: float) -> int:
        """How many tiles go before its first one."""
        places = (self.queue.place(place_of(job.id, tile), now) for tile in job.tiles)
        return min((place for place in places if place is not None), default=0)

    def cost_ahead(self, job: Job, now: float) -> float:
        """Credits that are painted before its last tile is done, with what is being painted."""
        costs = (self.queue.ahead(place_of(job.id, tile), now) for tile in job.tiles)
        own = job.price / len(job.tiles)
        waiting = max((cost + own for cost in costs if cost is not None), default=0.0)
        running = (ticket for name, ticket in self.tickets.items() if self.painting.get(name))
        return waiting + sum(ticket.unpainted for ticket in running)


def place_of(job: str, tile: Tile) -> str:
    """The name of a tile in the queue."""
    return f"{job}:{tile.index}"
