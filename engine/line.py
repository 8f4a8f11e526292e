"""Line: what the studio and the dispatcher share."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field

from engine.allowance import Allowance
from engine.errors import EaselError
from engine.job import Job, Tile
from engine.queue import Entry, FairQueue
from engine.ticket import Ticket


@dataclass(slots=True, kw_only=True)
class Line:
    """The queue of tiles, the tickets of unfinished jobs, and a bell that rings for new work.

    A job stands in the queue with each of its tiles, so that one with many does not hold up
    those behind it. Only the event loop touches a line.
    """

    queue: FairQueue
    tickets: dict[str, Ticket] = field(default_factory=dict)
    painting: defaultdict[str, set[asyncio.Task[None]]] = field(
        default_factory=lambda: defaultdict(set)
    )
    bell: asyncio.Event = field(default_factory=asyncio.Event)

    def join(self, job: Job, allowance: Allowance) -> Ticket:
        """Put all tiles in the queue; there is room for them, or was when they were accepted."""
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
        ticket = self.tickets[job.id] = Ticket(job)
        self.bell.set()
        return ticket

    def leave(self, job: str, reason: EaselError) -> None:
        """The job ended before it was finished: nothing of it waits or is painted any more."""
        ticket = self.tickets.pop(job, None)
        if ticket is None:
            return
        ticket.fail(reason)
        for tile in ticket.job.tiles:
            self.queue.cancel(place_of(job, tile))
        for task in self.painting.get(job, set()) - {asyncio.current_task()}:
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
