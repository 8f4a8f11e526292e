"""The ledger in memory: for trying things out and for tests, with nothing left behind."""

import asyncio
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from engine.allowance import UNLIMITED, Allowance, cents_of
from engine.errors import NotFound
from engine.job import UNFINISHED, Bookmark, Job, Picture, Recipe, Remembered, Status
from engine.lease import GIVEN_UP, MOST_ATTEMPTS
from storage.jobs import ENDS, no_job, nothing_to_paint, recorded_already, require_own
from storage.memory_outbox import MemoryOutbox
from storage.memory_purses import MemoryPurses
from storage.models import utc


class MemoryLedger:
    """Behaves as `SqlLedger` does, and lets others run wherever that one waits for the database."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.jobs: dict[str, Job] = {}
        self.leases: dict[str, datetime] = {}
        self.purses = MemoryPurses()
        self.outbox = MemoryOutbox(self._found)
        self._pictures: list[Remembered] = []

    async def record(
        self, job: Job, allowance: Allowance = UNLIMITED, now: datetime | None = None
    ) -> Job:
        job = replace(job, submitted=utc(job.submitted))
        await asyncio.sleep(0)
        if earlier := self._with_key(job.owner.id, job.key):
            return earlier
        if job.id in self.jobs:
            raise recorded_already(job.id)
        self.purses.reserve(job, allowance, now or job.submitted)
        self.jobs[job.id] = job
        return job

    async def seen(self, owner: str, key: str) -> Job | None:
        await asyncio.sleep(0)
        return self._with_key(owner, key)

    async def begin(self, job: str, worker: str, until: datetime) -> Job:
        until = utc(until)
        await asyncio.sleep(0)
        found = self.jobs.get(job)
        if found is None or found.status != Status.QUEUED:
            raise nothing_to_paint(job)
        self.jobs[job] = replace(found, status=Status.PAINTING, attempt=found.attempt + 1)
        self.leases[job] = until
        return self.jobs[job]

    async def beat(self, held: Mapping[str, int], until: datetime) -> Collection[str]:
        until = utc(until)
        await asyncio.sleep(0)
        alive = {job for job, attempt in held.items() if self._held(job, attempt)}
        self.leases.update(dict.fromkeys(alive, until))
        return alive

    async def finish(
        self, job: str, attempt: int, pictures: Sequence[Picture], now: datetime
    ) -> None:
        painted = utc(now)
        files = [await self.keep(picture.png) for picture in pictures]
        await asyncio.sleep(0)
        found = self._found(job)
        if not self._held(job, attempt):
            require_own(found, attempt)
            return
        self._pictures += [
            Remembered(
                job=job,
                tile=tile.index,
                owner=found.owner.id,
                recipe=picture.recipe,
                file=file,
                seconds=picture.seconds,
                painted=painted,
                notes=picture.notes,
            )
            for tile, picture, file in zip(found.tiles, pictures, files, strict=True)
        ]
        spent = sum(picture.seconds for picture in pictures)
        self._close(replace(found, status=Status.DONE, spent=spent), painted)

    async def release(self, job: str, attempt: int) -> None:
        await asyncio.sleep(0)
        if self._held(job, attempt):
            found = self.jobs[job]
            self.jobs[job] = replace(found, status=Status.QUEUED, attempt=found.attempt - 1)

    async def end(
        self,
        job: str,
        status: Status,
        problem: str,
        *,
        now: datetime,
        attempt: int | None = None,
        spent: float = 0.0,
    ) -> bool:
        if status not in ENDS:
            raise ValueError(f"{status} is not how a job ends")
        now = utc(now)
        await asyncio.sleep(0)
        found = self._found(job)
        if found.status not in UNFINISHED or not (attempt is None or self._held(job, attempt)):
            return False
        self._close(replace(found, status=status, problem=problem, spent=spent), now)
        return True

    async def take_back(self, now: datetime) -> Sequence[Job]:
        now = utc(now)
        await asyncio.sleep(0)
        taken = []
        for job in await self.unfinished():
            if job.status != Status.PAINTING or self.leases[job.id] >= now:
                continue
            if job.attempt >= MOST_ATTEMPTS:
                self._close(replace(job, status=Status.FAILED, problem=GIVEN_UP), now)
            else:
                self.jobs[job.id] = replace(job, status=Status.QUEUED)
            taken.append(self.jobs[job.id])
        return taken

    async def job(self, job: str) -> Job:
        await asyncio.sleep(0)
        return self._found(job)

    async def unfinished(self) -> Sequence[Job]:
        await asyncio.sleep(0)
        waiting = [job for job in self.jobs.values() if job.status in UNFINISHED]
        return sorted(waiting, key=lambda job: (job.submitted, job.id))

    async def spent(self, owner: str, since: datetime) -> float:
        since = utc(since)
        await asyncio.sleep(0)
        return sum(
            job.price if job.status in UNFINISHED else job.spent
            for job in self.jobs.values()
            if job.owner.id == owner and job.submitted >= since
        )

    async def history(
        self, owner: str, *, before: Bookmark | None = None, limit: int = 20
    ) -> Sequence[Remembered]:
        await asyncio.sleep(0)
        theirs = [
            picture
            for picture in self._newest_first()
            if picture.owner == owner and (before is None or picture.bookmark < before)
        ]
        return theirs[:limit]

    async def painted(self, recipe: Recipe) -> Remembered | None:
        await asyncio.sleep(0)
        for picture in self._newest_first():
            if picture.recipe == recipe and picture.file in self.files:
                return picture
        return None

    async def pictures(self, job: str) -> Sequence[Remembered]:
        await asyncio.sleep(0)
        tiles = [picture for picture in self._pictures if picture.job == job]
        return sorted(tiles, key=lambda picture: picture.tile)

    async def keep(self, file: bytes) -> str:
        await asyncio.sleep(0)
        digest = hashlib.sha256(file).hexdigest()
        self.files[digest] = file
        return digest

    async def file(self, digest: str) -> bytes:
        await asyncio.sleep(0)
        if digest not in self.files:
            raise NotFound("That picture is not kept here any more.")
        return self.files[digest]

    def _with_key(self, owner: str, key: str | None) -> Job | None:
        for job in self.jobs.values():
            if key is not None and (job.owner.id, job.key) == (owner, key):
                return job
        return None

    def _held(self, job: str, attempt: int) -> bool:
        found = self.jobs.get(job)
        return found is not None and (found.status, found.attempt) == (Status.PAINTING, attempt)

    def _close(self, job: Job, now: datetime) -> None:
        self.jobs[job.id] = job
        self.purses.resolve(job.id, cents_of(job.spent), now)
        if job.reply:
            self.outbox.add(job.id, now)

    def _found(self, job: str) -> Job:
        if job not in self.jobs:
            raise no_job(job)
        return self.jobs[job]

    def _newest_first(self) -> list[Remembered]:
        return sorted(self._pictures, key=lambda picture: picture.bookmark, reverse=True)
