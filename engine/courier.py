"""Courier: brings those who are far away what became of their jobs."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from engine.ending import kept_pictures
from engine.errors import EaselError, NotFound
from engine.outbox import Delivery, Outbox, Sink
from engine.ports import Ledger

log = logging.getLogger(__name__)

MOST_TRIES = 30
"""With the pauses between them that is about a day."""
LONGEST_PAUSE = timedelta(hours=1)
PART_OF_HOLD = 0.9


class Courier:
    """Takes what is due, sends it, and only then marks it as told.

    A crash between the two sends it again, and the other end keeps one by the nonce. `bell` rings
    when there may be something; `hold` is for how long a delivery is this courier's alone.
    """

    def __init__(
        self,
        *,
        outbox: Outbox,
        ledger: Ledger,
        sink: Sink,
        bell: asyncio.Event,
        now: Callable[[], datetime],
        pause: timedelta = timedelta(seconds=1),
        hold: timedelta = timedelta(seconds=60),
        at_once: int = 8,
    ) -> None:
        self._outbox = outbox
        self._ledger = ledger
        self._sink = sink
        self._bell = bell
        self._now = now
        self._pause = pause
        self._hold = hold
        self._at_once = at_once
        self._sending: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled. What is being sent then is sent again at the next start."""
        async with asyncio.TaskGroup() as group:
            while True:
                begun = 0
                try:
                    begun = await self._begin(group)
                except EaselError as error:
                    log.warning("the deliveries have to wait: %s", error)
                if not begun:
                    await self._rest()

    async def round(self) -> int:
        """Send what is due now, several at once; answer how many that were."""
        async with asyncio.TaskGroup() as group:
            return await self._begin(group)

    async def _begin(self, group: asyncio.TaskGroup) -> int:
        """As many as there is room for: a slow one takes one place, and holds up no other."""
        self._bell.clear()
        room = self._at_once - len(self._sending)
        if not room:
            return 0
        now = self._now()
        deliveries = await self._outbox.take_due(now, until=now + self._hold, most=room)
        for delivery in deliveries:
            task = group.create_task(self._deliver(delivery))
            self._sending.add(task)
            task.add_done_callback(self._make_room)
        return len(deliveries)

    def _make_room(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._bell.set()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._pause.total_seconds()):
                await self._bell.wait()
        except TimeoutError:
            pass

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            if await self._is_told(delivery):
                await self._outbox.delivered(delivery.job.id, self._now())
            else:
                wait = pause_after(delivery.tries)
                await self._outbox.put_off(delivery.job.id, self._now() + wait)
        except EaselError as error:
            log.warning("what became of job %s may be told again: %s", delivery.job.id, error)

    async def _is_told(self, delivery: Delivery) -> bool:
        """Or there is nobody to tell, or it was tried often enough."""
        job = delivery.job.id
        try:
            pictures = await kept_pictures(job, self._ledger)
            # Shorter than it is held, or another would send it meanwhile.
            async with asyncio.timeout(self._hold.total_seconds() * PART_OF_HOLD):
                await self._sink.send(delivery.job, pictures)
        except NotFound as error:
            log.info("nobody is there to be told of job %s: %s", job, error)
        except Exception as error:  # the sink is another's program, and nobody else waits for it
            log.warning("job %s could not be told: %s", job, error)
            if delivery.tries < MOST_TRIES:
                return False
            log.error("job %s is told no more after %s tries", job, delivery.tries)
        return True


def pause_after(tries: int) -> timedelta:
    """Longer after each: two seconds, four, eight, up to an hour."""
    return min(timedelta(seconds=2.0 ** min(tries, 12)), LONGEST_PAUSE)
