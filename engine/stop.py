"""Stop: how far the end of this program is, as the queue and the painter see it."""

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Stop:
    """Once it is `meant`, nothing new is taken in, and only jobs that were begun are gone on with.

    Once it is `overdue`, these go back to the queue too. It is `done` when nothing is painted any
    more, and what has not ended then is left to the next program.
    """

    meant: bool = False
    overdue: bool = False
    done: asyncio.Event = field(default_factory=asyncio.Event)
