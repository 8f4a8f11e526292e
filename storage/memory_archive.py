"""The archive in memory: the double of `SqlArchive` and `SqlStock`."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count

from engine.archive import WORDLESS, Amount, Painted, Spare, no_picture
from engine.job import UNFINISHED, Job, Picture, Remembered, Tile
from engine.preferences import NONE
from engine.search import EVERYTHING, Search
from engine.sources import Use, needed, surplus
from storage.memory_outbox import MemoryOutbox
from storage.memory_purses import MemoryPurses


class MemoryArchive:
    """Looks at each picture whether it fits, and has no index that could be wrong."""

    def __init__(
        self,
        jobs: dict[str, Job],
        files: dict[str, bytes],
        purses: MemoryPurses,
        outbox: MemoryOutbox,
    ) -> None:
        self._jobs, self._files, self._purses, self._outbox = jobs, files, purses, outbox
        self._pictures: dict[int, Remembered] = {}
        self._numbers = count(1)
        self.uploads: dict[tuple[str, str], datetime] = {}
        """When somebody gave a file, by its digest, for the last time."""

    def add(self, job: Job, tile: Tile, picture: Picture, file: str, painted: datetime) -> None:
        number = next(self._numbers)
        self._pictures[number] = Remembered(
            number=number,
            job=job.id,
            tile=tile.index,
            owner=job.owner.id,
            recipe=picture.recipe,
            file=file,
            seconds=picture.seconds,
            painted=painted,
            notes=picture.notes,
        )

    def newest_first(self) -> list[Remembered]:
        return [self._pictures[number] for number in sorted(self._pictures, reverse=True)]

    def of(self, owner: str) -> list[Remembered]:
        return [picture for picture in self.newest_first() if picture.owner == owner]

    async def page(
        self,
        owner: str,
        search: Search = EVERYTHING,
        *,
        before: int | None = None,
        after: int | None = None,
        most: int = 20,
    ) -> Sequence[Remembered]:
        await asyncio.sleep(0)
        fitting = [
            picture
            for picture in self.of(owner)
            if (before is None or picture.number < before)
            and (after is None or picture.number > after)
            and search.fits(picture)
        ]
        return fitting[:most] if after is None else fitting[max(0, len(fitting) - most) :]

    async def count(
        self, owner: str, search: Search = EVERYTHING, *, after: int | None = None, most: int
    ) -> int:
        return len(await self.page(owner, search, after=after, most=most))

    async def picture(self, owner: str, number: int) -> Remembered:
        await asyncio.sleep(0)
        return self._found(owner, number)

    async def favour(self, owner: str, number: int, *, favourite: bool) -> None:
        await asyncio.sleep(0)
        self._pictures[number] = replace(self._found(owner, number), favourite=favourite)

    async def remove(self, owner: str, numbers: Collection[int]) -> Collection[int]:
        await asyncio.sleep(0)
        theirs = {picture.number for picture in self.of(owner)}.intersection(numbers)
        self._remove(theirs)
        return theirs

    async def unfinished(self, owner: str) -> Sequence[str]:
        await asyncio.sleep(0)
        theirs = [job for job in self._jobs.values() if job.owner.id == owner]
        return [job.id for job in theirs if job.status in UNFINISHED]

    async def forget(self, owner: str) -> None:
        await asyncio.sleep(0)
        self._remove({picture.number for picture in self.of(owner)})
        sources = {digest for uploader, digest in self.uploads if uploader == owner}
        for job in list(self._jobs.values()):
            if job.owner.id == owner and job.status not in UNFINISHED:
                sources |= job.request.pictures
                self._forget_words(job)
        if person := self._purses.people.get(owner):
            person.name, person.preferences = "", NONE
        for digest in sources:
            self.uploads.pop((owner, digest), None)
        self._let_go(dict.fromkeys(sources))

    async def amount(self) -> Amount:
        await asyncio.sleep(0)
        pictures = self._pictures.values()
        files = {picture.file for picture in pictures}
        for job in {picture.job for picture in pictures}:
            files |= self._jobs[job].request.pictures
        return Amount(
            pictures=len(pictures),
            favourites=sum(picture.favourite for picture in pictures),
            bytes=sum(map(self._bytes, files)),
        )

    async def painted(self, since: datetime) -> Sequence[Painted]:
        await asyncio.sleep(0)
        lately = [one for one in self._pictures.values() if one.painted >= since and one.seconds]
        in_order = sorted(lately, key=lambda one: one.painted)
        return [Painted(at=one.painted, seconds=one.seconds) for one in in_order]

    async def spare(self, *, before: datetime | None = None, most: int) -> Sequence[Spare]:
        await asyncio.sleep(0)
        oldest = self._spare(self.newest_first())
        if before is not None:
            old = [one for one in oldest if one.painted < before]
            oldest = sorted(old, key=lambda one: (one.painted, one.number))
        return self._told(oldest)[:most]

    async def beyond(self, each: int, *, most: int) -> Sequence[Spare]:
        await asyncio.sleep(0)
        people = defaultdict(list)
        for picture in self.newest_first():
            if not picture.favourite:
                people[picture.owner].append(picture)
        beyond = [picture for pictures in people.values() for picture in pictures[each:]]
        return self._told(sorted(beyond, key=lambda picture: picture.number))[:most]

    async def let_go(self, numbers: Collection[int]) -> int:
        await asyncio.sleep(0)
        spare = {one.number for one in self._spare(self._pictures.values())}.intersection(numbers)
        self._remove(spare)
        return len(spare)

    def _spare(self, pictures: Iterable[Remembered]) -> list[Remembered]:
        spare = [picture for picture in pictures if not picture.favourite]
        return sorted(spare, key=lambda picture: picture.number)

    def _told(self, pictures: Iterable[Remembered]) -> list[Spare]:
        return [Spare(number=one.number, bytes=self._bytes(one.file)) for one in pictures]

    def _bytes(self, file: str) -> int:
        return len(self._files.get(file, b""))

    def _found(self, owner: str, number: int) -> Remembered:
        picture = self._pictures.get(number)
        if picture is None or picture.owner != owner:
            raise no_picture(number)
        return picture

    def make_room(self, owner: str, newest: str, most: int) -> None:
        """Of what they uploaded and no job has used, the oldest goes."""
        begun = [
            (digest, job.submitted)
            for job in self._jobs.values()
            if job.owner.id == owner
            for digest in job.request.pictures
        ]
        unused = [
            (digest == newest, at, digest)
            for (whose, digest), at in self.uploads.items()
            if whose == owner and not any(used == digest and when >= at for used, when in begun)
        ]
        newest_first = [digest for *_, digest in sorted(unused, reverse=True)]
        sizes = [(digest, len(self._files[digest])) for digest in newest_first]
        leaving = surplus(sizes, most)
        for digest in leaving:
            del self.uploads[owner, digest]
        self._let_go(dict.fromkeys(leaving))

    def _remove(self, numbers: Iterable[int]) -> None:
        gone = [self._pictures.pop(number) for number in numbers]
        leaving: dict[str, str | None] = {
            digest: None for one in gone for digest in self._jobs[one.job].request.pictures
        }
        self._let_go(leaving | {picture.file: picture.owner for picture in gone})

    def _let_go(self, leaving: Mapping[str, str | None]) -> None:
        """Those that nothing names any more; `leaving` says whose picture each was."""
        uses = [use for use in self._uses() if use.digest in leaving]
        stay = {picture.file for picture in self._pictures.values()} | needed(uses, leaving)
        for file in leaving.keys() - stay:
            self._files.pop(file, None)
            for upload in [upload for upload in self.uploads if upload[1] == file]:
                del self.uploads[upload]

    def _uses(self) -> Iterator[Use]:
        left = {picture.job for picture in self._pictures.values()}
        latest: dict[tuple[str, str], datetime] = {}
        for job in self._jobs.values():
            for digest in job.request.pictures:
                waits, painted = job.status in UNFINISHED, job.id in left
                yield Use(digest=digest, owner=job.owner.id, waits=waits, painted=painted)
                before = latest.get((job.owner.id, digest), job.submitted)
                latest[job.owner.id, digest] = max(before, job.submitted)
        for (owner, digest), at in self.uploads.items():
            if (owner, digest) not in latest or latest[owner, digest] < at:
                yield Use(digest=digest, owner=owner, waits=True)

    def _forget_words(self, job: Job) -> None:
        self._jobs[job.id] = replace(
            job,
            request=WORDLESS,
            tiles=(),
            owner=replace(job.owner, name=""),
            key=None,
            sent=None,
            reply="",
            problem="",
        )
        self._outbox.drop(job.id)
