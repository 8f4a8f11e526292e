"""Courier: brings those who are far away what became of their jobs."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from engine.about import about
from engine.ending import kept_pictures
from engine.errors import EaselError, NotFound
from engine.meter import Delivered, Meter, Telling
from engine.outbox import Delivery, Outbox, Sink
from engine.ports import Ledger
from engine.whole import whole

log = logging.getLogger(__name__)

MOST_TRIES = 30
"""With the pauses between them that is about a day."""
LONGEST_PAUSE = timedelta(hours=1)
PART_OF_HOLD = 0.9


def nobody(worker: str) -> bool:
    return False


class Courier:
    """Takes what is due, sends it, and only then marks it as told.

    A crash between the two sends it again, and the other end keeps one by the nonce; who lives
    sends nothing twice, however long a mark takes. `bell` rings when there may be something; `hold`
    is for how long a delivery is this courier's alone. What a `worker` had in hand that `is_gone`
    is taken at once; one of our own name was one before us.
    """

    def __init__(
        self,
        *,
        outbox: Outbox,
        ledger: Ledger,
        sink: Sink,
        bell: asyncio.Event,
        now: Callable[[], datetime],
        worker: str = "",
        is_gone: Callable[[str], bool] = nobody,
        pause: timedelta = timedelta(seconds=1),
        hold: timedelta = timedelta(seconds=60),
        at_once: int = 8,
        meter: Meter | None = None,
    ) -> None:
        self._outbox = outbox
        self._ledger = ledger
        self._sink = sink
        self._bell = bell
        self._now = now
        self._worker = worker
        self._is_gone = is_gone
        self._is_first = True
        self._pause = pause
        self._hold = hold
        self._at_once = at_once
        self._meter = meter or Meter()
        self._in_hand: dict[str, asyncio.Task[None]] = {}
        self._unmarked: set[str] = set()
        self._flushing: list[asyncio.Event] = []

    async def run(self) -> None:
        """Until cancelled. What is being sent then is sent again at the next start."""
        async with asyncio.TaskGroup() as group:
            while True:
                begun, flushing = 0, tuple(self._flushing)
                try:
                    begun = await self._begin(group)
                except EaselError as error:
                    log.warning("the deliveries have to wait: %s", error)
                if not begun:
                    if not self._in_hand:
                        for flushed in flushing:
                            flushed.set()
                    await self._rest()

    async def flush(self) -> None:
        """Until nothing that is known of by now is due or on its way, while it runs.

        What was put off stays for the next start, and all of it where the database is away.
        """
        flushed = asyncio.Event()
        self._flushing.append(flushed)
        self._bell.set()
        try:
            await flushed.wait()
        finally:
            self._flushing.remove(flushed)

    async def round(self) -> int:
        """Send what is due now, several at once; answer how many that were."""
        async with asyncio.TaskGroup() as group:
            return await self._begin(group)

    async def _begin(self, group: asyncio.TaskGroup) -> int:
        """As many as there is room for: a slow one takes one place, and holds up no other."""
        self._bell.clear()
        room = self._at_once - len(self._in_hand)
        if not room:
            return 0
        if self._is_first:
            await self._take_back_from_the_dead()
            self._is_first = False
        now = self._now()
        deliveries = await self._outbox.take_due(
            now, until=now + self._hold, most=room, worker=self._worker
        )
        # One that is marked for longer than it is held is due again, and still in hand.
        new = [delivery for delivery in deliveries if delivery.job.id not in self._in_hand]
        for delivery in new:
            task = group.create_task(self._deliver(delivery))
            self._in_hand[delivery.job.id] = task
            task.add_done_callback(partial(self._make_room, delivery.job.id))
        return len(new)

    async def _take_back_from_the_dead(self) -> None:
        known = await self._outbox.workers()
        gone = [one for one in known if one == self._worker or self._is_gone(one)]
        if gone:
            await self._outbox.take_back(self._now(), gone)

    def _make_room(self, job: str, _: asyncio.Task[None]) -> None:
        del self._in_hand[job]
        self._bell.set()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._pause.total_seconds()):
                await self._bell.wait()
        except TimeoutError:
            pass

    async def _deliver(self, delivery: Delivery) -> None:
        with about(job=delivery.job.id, owner=delivery.job.owner.id):
            await self._try(delivery)

    async def _try(self, delivery: Delivery) -> None:
        job = delivery.job.id
        try:
            if job not in self._unmarked:
                outcome = await self._told(delivery)
                self._meter.tell(Delivered(outcome=outcome))
                if outcome is Telling.FAILED:
                    wait = pause_after(delivery.tries)
                    await self._outbox.put_off(job, self._now() + wait)
                    return
                self._unmarked.add(job)
            # It was sent: half noted, it would be sent again.
            await whole(self._outbox.delivered(job, self._now()))
            self._unmarked.remove(job)
        except EaselError as error:
            log.warning("what became of job %s cannot be noted yet: %s", job, error)

    async def _told(self, delivery: Delivery) -> Telling:
        job = delivery.job.id
        try:
            pictures = await kept_pictures(job, self._ledger)
            # Shorter than it is held, or another would send it meanwhile.
            async with asyncio.timeout(self._hold.total_seconds() * PART_OF_HOLD):
                await self._sink.send(delivery.job, pictures)
        except NotFound as error:
            log.info("nobody is there to be told of job %s: %s", job, error)
            return Telling.NOBODY
        except Exception as error:  # the sink is another's program, and nobody else waits for it
            log.warning("job %s could not be told: %s", job, error)
            if delivery.tries < MOST_TRIES:
                return Telling.FAILED
            log.error("job %s is told no more after %s tries", job, delivery.tries)
            return Telling.GIVEN_UP
        return Telling.TOLD


def pause_after(tries: int) -> timedelta:
    """Longer after each: two seconds, four, eight, up to an hour."""
    return min(timedelta(seconds=2.0 ** min(tries, 12)), LONGEST_PAUSE)
