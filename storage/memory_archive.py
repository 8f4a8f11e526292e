"""The archive in memory: the double of `SqlArchive` and `SqlStock`."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count

from engine.archive import Amount, Spare, no_picture
from engine.job import UNFINISHED, Job, Picture, Remembered, Tile
from engine.preferences import NONE
from engine.request import ImageRequest
from engine.search import EVERYTHING, Search
from storage.forgetting import WORDLESS
from storage.memory_outbox import MemoryOutbox
from storage.memory_purses import MemoryPurses
from storage.sources import needed_by_others


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

    async def page(
        self, owner: str, search: Search = EVERYTHING, *, before: int | None = None, most: int = 20
    ) -> Sequence[Remembered]:
        await asyncio.sleep(0)
        fitting = [
            picture
            for picture in self._of(owner)
            if (before is None or picture.number < before) and search.fits(picture)
        ]
        return fitting[:most]

    async def picture(self, owner: str, number: int) -> Remembered:
        await asyncio.sleep(0)
        return self._found(owner, number)

    async def favour(self, owner: str, number: int, *, favourite: bool) -> None:
        await asyncio.sleep(0)
        self._pictures[number] = replace(self._found(owner, number), favourite=favourite)

    async def remove(self, owner: str, numbers: Collection[int]) -> Collection[int]:
        await asyncio.sleep(0)
        theirs = {picture.number for picture in self._of(owner)}.intersection(numbers)
        self._remove(theirs)
        return theirs

    async def unfinished(self, owner: str) -> Sequence[str]:
        await asyncio.sleep(0)
        theirs = [job for job in self._jobs.values() if job.owner.id == owner]
        return [job.id for job in theirs if job.status in UNFINISHED]

    async def forget(self, owner: str) -> None:
        await asyncio.sleep(0)
        self._remove({picture.number for picture in self._of(owner)})
        sources: set[str] = set()
        for job in list(self._jobs.values()):
            if job.owner.id == owner and job.status not in UNFINISHED:
                sources |= job.request.pictures
                self._forget_words(job)
        if person := self._purses.people.get(owner):
            person.name, person.preferences = "", NONE
        named = {file for job in self._jobs.values() for file in job.request.pictures}
        named |= {picture.file for picture in self._pictures.values()}
        for file in sources - named:
            self._files.pop(file, None)

    async def amount(self) -> Amount:
        await asyncio.sleep(0)
        pictures = self._pictures.values()
        return Amount(
            pictures=len(pictures),
            favourites=sum(picture.favourite for picture in pictures),
            bytes=sum(self._bytes(file) for file in {picture.file for picture in pictures}),
        )

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

    def _of(self, owner: str) -> list[Remembered]:
        return [picture for picture in self.newest_first() if picture.owner == owner]

    def _found(self, owner: str, number: int) -> Remembered:
        picture = self._pictures.get(number)
        if picture is None or picture.owner != owner:
            raise no_picture(number)
        return picture

    def _remove(self, numbers: Iterable[int]) -> None:
        gone = [self._pictures.pop(number) for number in numbers]
        owners = {picture.file: picture.owner for picture in gone}
        uses = [
            (digest, job.owner.id, job.status)
            for job in self._jobs.values()
            for digest in job.request.pictures & owners.keys()
        ]
        stay = {picture.file for picture in self._pictures.values()}
        for file in owners.keys() - stay - needed_by_others(uses, owners):
            self._files.pop(file, None)

    def _forget_words(self, job: Job) -> None:
        self._jobs[job.id] = replace(
            job,
            request=ImageRequest.model_validate(WORDLESS),
            tiles=(),
            owner=replace(job.owner, name=""),
            key=None,
            reply="",
            problem="",
        )
        self._outbox.drop(job.id)
