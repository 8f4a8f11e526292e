"""Heart: signs of life for what this program paints, and a look at the leases of everybody."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from engine.errors import EaselError
from engine.job import Status
from engine.lease import Lease
from engine.line import Line
from engine.ports import Ledger

log = logging.getLogger(__name__)


class Heart:
    """`sweep` is called for what ran out or ended elsewhere, now and then."""

    def __init__(
        self,
        *,
        line: Line,
        ledger: Ledger,
        lease: Lease,
        sweep: Callable[[], Awaitable[None]],
        now: Callable[[], datetime],
    ) -> None:
        self._line = line
        self._ledger = ledger
        self._lease = lease
        self._sweep = sweep
        self._now = now
        self._beaten: datetime | None = None

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._every(self._lease.beat.total_seconds(), self.beat))
            group.create_task(self._every(self._lease.sweep.total_seconds(), self.look))

    async def beat(self) -> None:
        """Say of everything that is painted here that it still is."""
        now = self._now()
        await self._hold()
        self._beaten = now
        await self.keep()

    async def keep(self) -> None:
        """Let the ledger know whose virtual time has changed."""
        tallies, moves = self._line.take_changes()
        if not tallies and not moves:
            return
        try:
            await self._ledger.keep_tallies(tallies, moves)
        except BaseException:
            self._line.put_back_changes(tallies, moves)
            raise

    async def _hold(self) -> None:
        works, until = self._line.works, self._now() + self._lease.length
        held = {job: work.attempt for job, work in works.items() if work.attempt}
        if not held:
            return
        alive = await self._ledger.beat(held, until)
        for job in held.keys() - alive:
            # It may have been finished a moment ago by the one who is about to say so.
            known = await self._ledger.job(job)
            if (known.status, known.attempt) == (Status.DONE, held[job]):
                continue
            if job in works and works[job].attempt == held[job]:
                log.warning("job %s is no longer this painter's", job)
                self._line.follow(job)

    async def look(self) -> None:
        """Sweep, but never before this program itself has said that it lives.

        After a clock that jumped or a machine that slept all leases seem to have run out.
        """
        if self._beaten is None or self._now() - self._beaten > self._lease.beat:
            await self.beat()
        await self._sweep()

    async def _every(self, pause: float, act: Callable[[], Awaitable[None]]) -> None:
        said = ""
        while True:
            await asyncio.sleep(pause)
            problem = ""
            try:
                await act()
            except* EaselError as errors:
                problem = str(errors.exceptions[0])
            # Once for each cause: it may last for hours.
            if problem and problem != said:
                log.warning("the leases have to wait: %s", problem)
            elif said and not problem:
                log.warning("the leases are looked after again")
            said = problem
