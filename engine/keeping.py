"""Keeping: whether what is painted next could be kept. Else painting it would be in vain."""

import asyncio
import logging

from engine.errors import EaselError, StorageFailed
from engine.ports import Ledger
from engine.work import Work

log = logging.getLogger(__name__)

HOLDS_S = 5.0
"""So long what was found out holds, unless a picture could not be stored."""


class Keeping:
    """Asks the ledger to write, now and then while there is something to paint.

    The `bell` rings once it is known, and again when it is worth another look. Who is not `patient`
    would rather fail than wait.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        bell: asyncio.Event,
        patient: bool = True,
        holds_s: float = HOLDS_S,
    ) -> None:
        self._patient = patient
        self._ledger = ledger
        self._bell = bell
        self._holds_s = holds_s
        self._until = 0.0
        """By the clock of the event loop."""
        self._problem: str | None = None
        """Empty where there is none, None until something is known."""
        self._looking: asyncio.Task[bool] | None = None
        self._again: asyncio.TimerHandle | None = None

    def works(self, tasks: asyncio.TaskGroup) -> bool:
        """As far as is known: while it is asked again, all goes on as it was."""
        if not self._patient:
            return True
        looks = self._looking is not None and not self._looking.done()
        if not looks and asyncio.get_running_loop().time() >= self._until:
            self._looking = tasks.create_task(self.look())
        return self._problem == ""

    async def look(self) -> bool:
        """Whether something can be kept now."""
        if not self._patient:
            return True
        loop = asyncio.get_running_loop()
        problem = ""
        try:
            await self._ledger.try_writing()
        except StorageFailed as error:
            problem = str(error)
        except EaselError as error:
            log.warning("it is not known whether pictures can be kept: %s", error)
        self._say(problem)
        self._until = loop.time() + self._holds_s
        self._bell.set()
        if self._again is not None:
            self._again.cancel()
        if problem:
            self._again = loop.call_at(self._until, self._bell.set)
        return not problem

    async def puts_back(self, work: Work, error: EaselError) -> bool:
        """Where nothing can be kept that is nobody's fault: the job waits until it can."""
        if not isinstance(error, StorageFailed) or await self.look():
            return False
        log.info("job %s was painted in vain and is put back: %s", work.job, error)
        await self.let_go(work)
        return True

    async def let_go(self, work: Work) -> None:
        try:
            await self._ledger.release(work.job, work.attempt)
        except EaselError as error:
            log.warning("job %s keeps an attempt that was none: %s", work.job, error)

    def end(self) -> None:
        """Nobody is to be called any more."""
        if self._again is not None:
            self._again.cancel()
        if self._looking is not None:
            self._looking.cancel()

    def _say(self, problem: str) -> None:
        # Once for each cause: it may last for hours.
        if problem and problem != self._problem:
            log.error("no job is begun until pictures can be kept: %s", problem)
        elif self._problem and not problem:
            log.warning("pictures can be kept again, and jobs are begun")
        self._problem = problem
