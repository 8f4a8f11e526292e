"""The outbox in memory: the double of `SqlOutbox`."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine.job import Job
from engine.outbox import Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """A delivery, since when it is due, None once it is told, and who has it in hand."""

    tries: int = 0
    due: datetime | None
    worker: str = ""


class MemoryOutbox:
    """`job` says how a job is by now."""

    def __init__(self, job: Callable[[str], Job]) -> None:
        self._job = job
        self._dues: dict[str, _Due] = {}

    def add(self, job: str, now: datetime) -> None:
        self._dues[job] = _Due(due=now)

    def drop(self, job: str) -> None:
        self._dues.pop(job, None)

    async def take_due(
        self, now: datetime, *, until: datetime, most: int = 10, worker: str = ""
    ) -> Sequence[Delivery]:
        await asyncio.sleep(0)
        waiting = {job: one.due for job, one in self._dues.items() if one.due and one.due <= now}
        deliveries = []
        for job in sorted(waiting, key=lambda job: waiting[job])[:most]:
            tries = self._dues[job].tries + 1
            self._dues[job] = _Due(tries=tries, due=until, worker=worker)
            deliveries.append(Delivery(job=self._job(job), tries=tries))
        return sorted(deliveries, key=lambda one: (one.job.submitted, one.job.id))

    async def workers(self) -> Collection[str]:
        await asyncio.sleep(0)
        return {one.worker for one in self._dues.values() if one.due} - {""}

    async def take_back(self, now: datetime, gone: Collection[str]) -> None:
        await asyncio.sleep(0)
        for job, one in self._dues.items():
            if one.worker and one.worker in gone:
                self._change(job, now)

    async def delivered(self, job: str, now: datetime) -> None:
        await asyncio.sleep(0)
        self._change(job, None)

    async def put_off(self, job: str, until: datetime) -> None:
        await asyncio.sleep(0)
        self._change(job, until)

    def _change(self, job: str, due: datetime | None) -> None:
        one = self._dues.get(job)
        if one is not None and one.due is not None:
            self._dues[job] = replace(one, due=due, worker="")
