"""Line: what the studio and the dispatcher share."""

import asyncio
from dataclasses import dataclass, field

from engine.queue import FairQueue
from engine.ticket import Ticket


@dataclass(slots=True, kw_only=True)
class Line:
    """The queue, the ticket of every unfinished job, and a bell that rings for new work.

    Only the event loop touches it.
    """

    queue: FairQueue
    tickets: dict[str, Ticket] = field(default_factory=dict)
    bell: asyncio.Event = field(default_factory=asyncio.Event)

    def unpainted(self) -> float:
        """Credits that the jobs being painted right now will still take."""
        running = (ticket for ticket in self.tickets.values() if ticket.withdraw is not None)
        return sum(ticket.job.price * (1 - ticket.share) for ticket in running)
