"""The ledger in memory: for trying things out and for tests, with nothing left behind."""

import asyncio
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from engine.allowance import UNLIMITED, Allowance, cents_of
from engine.errors import NotFound
from engine.job import UNFINISHED, Job, Picture, Recipe, Remembered, Status
from engine.lease import GIVEN_UP, MOST_ATTEMPTS
from engine.outline import Outline, outline_of
from engine.ports import NO_PICTURES
from engine.sources import MOST_UNUSED
from engine.tally import Move, Tally
from storage.jobs import ENDS, no_job, nothing_to_paint, recorded_already, require_own, taken
from storage.memory_archive import MemoryArchive
from storage.memory_lanes import MemoryLanes
from storage.memory_outbox import MemoryOutbox
from storage.memory_purses import MemoryPurses
from storage.models import utc


class MemoryLedger:
    """Behaves as `SqlLedger` does, and lets others run wherever that one waits for the database."""

    def __init__(self, *, most_unused: int = MOST_UNUSED) -> None:
        self._most_unused = most_unused
        self.files: dict[str, bytes] = {}
        self.jobs: dict[str, Job] = {}
        self.leases: dict[str, datetime] = {}
        self.painters: dict[str, str] = {}
        self.purses = MemoryPurses()
        self.lanes = MemoryLanes(self.jobs)
        self.outbox = MemoryOutbox(self._found)
        self.archive = MemoryArchive(self.jobs, self.files, self.purses, self.outbox)

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

    async def begin(
        self, job: str, worker: str, until: datetime, tally: Tally | None = None
    ) -> Job:
        until = utc(until)
        await asyncio.sleep(0)
        found = self.jobs.get(job)
        if found is None or found.status != Status.QUEUED:
            raise nothing_to_paint(job)
        self.jobs[job] = replace(found, status=Status.PAINTING, attempt=found.attempt + 1)
        self.leases[job] = until
        self.painters[job] = worker
        self.lanes.keep(tally)
        return self.jobs[job]

    async def beat(self, held: Mapping[str, int], until: datetime) -> Collection[str]:
        until = utc(until)
        await asyncio.sleep(0)
        alive = {job for job, attempt in held.items() if self._held(job, attempt)}
        self.leases.update(dict.fromkeys(alive, until))
        return alive

    async def finish(
        self,
        job: str,
        attempt: int,
        pictures: Sequence[Picture],
        now: datetime,
        tally: Tally | None = None,
    ) -> None:
        painted, spent = utc(now), taken(pictures)
        files = [hashlib.sha256(picture.png).hexdigest() for picture in pictures]
        await asyncio.sleep(0)
        found = self._found(job)
        if not self._held(job, attempt):
            require_own(found, attempt)
            return
        finished = list(zip(found.tiles, pictures, files, strict=True))
        for tile, picture, file in finished:
            self.files[file] = picture.png
            self.archive.add(found, tile, picture, file, painted)
        self._close(replace(found, status=Status.DONE, spent=spent), painted)
        self.lanes.keep(tally)

    async def release(self, job: str, attempt: int) -> None:
        await asyncio.sleep(0)
        if self._held(job, attempt):
            found = self.jobs[job]
            self.jobs[job] = replace(found, status=Status.QUEUED, attempt=found.attempt - 1)

    async def lose(self, job: str, attempt: int, now: datetime) -> None:
        await asyncio.sleep(0)
        if self._held(job, attempt):
            self._take_back(self.jobs[job], utc(now))

    async def end(
        self,
        job: str,
        status: Status,
        problem: str,
        *,
        now: datetime,
        attempt: int | None = None,
        spent: float = 0.0,
        pictures: Mapping[int, Picture] = NO_PICTURES,
        tally: Tally | None = None,
    ) -> bool:
        if status not in ENDS:
            raise ValueError(f"{status} is not how a job ends")
        now = utc(now)
        cents_of(spent)
        await asyncio.sleep(0)
        found = self._found(job)
        if found.status not in UNFINISHED or not (attempt is None or self._held(job, attempt)):
            return False
        for tile in found.tiles:
            if (picture := pictures.get(tile.index)) is not None:
                file = hashlib.sha256(picture.png).hexdigest()
                self.files[file] = picture.png
                self.archive.add(found, tile, picture, file, now)
        self._close(replace(found, status=status, problem=problem, spent=spent), now)
        self.lanes.keep(tally)
        return True

    async def try_writing(self) -> None:
        await asyncio.sleep(0)

    async def workers(self) -> Collection[str]:
        await asyncio.sleep(0)
        painting = (job.id for job in self._unfinished() if job.status == Status.PAINTING)
        return {self.painters[job] for job in painting}

    async def take_back(self, now: datetime, gone: Collection[str] = ()) -> Sequence[Outline]:
        now = utc(now)
        await asyncio.sleep(0)
        back = []
        for job in self._unfinished():
            ran_out = self.painters.get(job.id) in gone or self.leases.get(job.id, now) < now
            if job.status != Status.PAINTING or not ran_out:
                continue
            self._take_back(job, now)
            back.append(outline_of(self.jobs[job.id]))
        return back

    async def job(self, job: str) -> Job:
        await asyncio.sleep(0)
        return self._found(job)

    async def unfinished(
        self, *, after: Outline | None = None, most: int = 1000
    ) -> Sequence[Outline]:
        await asyncio.sleep(0)
        later = [
            outline_of(job)
            for job in self._unfinished()
            if after is None or (job.submitted, job.id) > (after.submitted, after.id)
        ]
        return later[:most]

    async def keep_tallies(self, tallies: Sequence[Tally], moves: Sequence[Move]) -> None:
        await asyncio.sleep(0)
        for move in moves:
            self.lanes.move(move)
        for tally in tallies:
            self.lanes.keep(tally)

    async def tallies(self) -> tuple[Mapping[int, int], Sequence[Tally]]:
        await asyncio.sleep(0)
        return self.lanes.known()

    async def painted(self, owner: str, recipe: Recipe) -> Remembered | None:
        await asyncio.sleep(0)
        for picture in self.archive.of(owner):
            if picture.recipe == recipe and picture.file in self.files:
                return picture
        return None

    async def pictures(self, job: str) -> Sequence[Remembered]:
        await asyncio.sleep(0)
        tiles = [picture for picture in self.archive.newest_first() if picture.job == job]
        return sorted(tiles, key=lambda picture: picture.tile)

    async def keep(self, owner: str, file: bytes, now: datetime) -> str:
        await asyncio.sleep(0)
        digest = hashlib.sha256(file).hexdigest()
        self.files[digest] = file
        self.archive.uploads[owner, digest] = utc(now)
        self.archive.make_room(owner, digest, self._most_unused)
        return digest

    async def own(self, owner: str, digests: Collection[str]) -> Collection[str]:
        await asyncio.sleep(0)
        theirs = {digest for uploader, digest in self.archive.uploads if uploader == owner}
        theirs |= {picture.file for picture in self.archive.of(owner)}
        for job in self.jobs.values():
            if job.owner.id == owner:
                theirs |= job.request.pictures
        return theirs.intersection(digests)

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

    def _unfinished(self) -> list[Job]:
        waiting = [job for job in self.jobs.values() if job.status in UNFINISHED]
        return sorted(waiting, key=lambda job: (job.submitted, job.id))

    def _take_back(self, job: Job, now: datetime) -> None:
        if job.attempt >= MOST_ATTEMPTS:
            self._close(replace(job, status=Status.FAILED, problem=GIVEN_UP), now)
        else:
            self.jobs[job.id] = replace(job, status=Status.QUEUED)

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
