"""The gallery: what a person can do with the pictures that they have."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

from engine.archive import Archive
from engine.errors import NotFound
from engine.infotext import write_infotext
from engine.job import Owner, Remembered
from engine.parcel import Parcel, Target
from engine.ports import Ledger
from engine.search import EVERYTHING, Search
from engine.watch import DELETED, FAVOURED, UNFAVOURED, Subject, Watch

AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture, its recipe as a text, and the credits that it took."""

    picture: Remembered
    infotext: str
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """How many pictures are in a parcel, and the numbers of those whose files are gone."""

    pictures: int
    missing: Sequence[int]


async def nothing_more() -> None:
    """A file that lies here takes whatever comes."""


class Gallery:
    """Everybody sees and touches only their own pictures.

    `withdraw` withdraws a job of its owner.
    """

    def __init__(
        self,
        *,
        archive: Archive,
        ledger: Ledger,
        withdraw: Callable[[str, Owner], Awaitable[bool]],
        watch: Watch | None = None,
    ) -> None:
        self._archive = archive
        self._ledger = ledger
        self._withdraw = withdraw
        self._watch = watch or Watch()

    async def page(
        self,
        owner: Owner,
        search: Search = EVERYTHING,
        *,
        before: int | None = None,
        after: int | None = None,
        most: int = 20,
    ) -> Sequence[Remembered]:
        """The newest that fit, or those next to a number: the last or first one of another page."""
        return await self._archive.page(owner.id, search, before=before, after=after, most=most)

    async def count(
        self, owner: Owner, search: Search = EVERYTHING, *, after: int | None = None, most: int
    ) -> int:
        """How many fit, of those newer than a number where one is given; counted up to `most`."""
        return await self._archive.count(owner.id, search, after=after, most=most)

    async def show(self, owner: Owner, number: int) -> Shown:
        """Raises NotFound."""
        picture = await self._archive.picture(owner.id, number)
        return Shown(picture=picture, infotext=write_infotext(picture.recipe), cost=picture.seconds)

    async def file(self, owner: Owner, number: int) -> bytes:
        """The PNG with its recipe in it. Raises NotFound."""
        picture = await self._archive.picture(owner.id, number)
        return await self._ledger.file(picture.file)

    async def favour(self, owner: Owner, number: int, *, favourite: bool = True) -> None:
        """Keep it whatever happens, or no longer. Raises NotFound."""
        await self._archive.favour(owner.id, number, favourite=favourite)
        became = FAVOURED if favourite else UNFAVOURED
        self._watch.tell(Subject.PICTURE, owner.id, str(number), became)

    async def remove(self, owner: Owner, numbers: Collection[int]) -> None:
        """Raises NotFound, and deletes none, where one is not there to begin with.

        Many go some at a time: where that is interrupted, those that are left are still whole.
        """
        for number in numbers:
            await self._archive.picture(owner.id, number)
        await self._archive.remove(owner.id, numbers)
        for number in numbers:
            self._watch.tell(Subject.PICTURE, owner.id, str(number), DELETED)

    async def clear(self, owner: Owner, numbers: Collection[int]) -> int:
        """Remove those of them that are there, and answer how many that were."""
        gone = await self._archive.remove(owner.id, numbers)
        for number in gone:
            self._watch.tell(Subject.PICTURE, owner.id, str(number), DELETED)
        return len(gone)

    async def unfinished(self, owner: Owner) -> Sequence[str]:
        """The jobs whose pictures are still to come."""
        return await self._archive.unfinished(owner.id)

    async def export(
        self,
        owner: Owner,
        file: Target,
        search: Search = EVERYTHING,
        *,
        after_each: Callable[[], Awaitable[None]] = nothing_more,
    ) -> Exported:
        """Write a zip of all that fit, picture by picture: no more than one is held in memory.

        `after_each` is waited for before the next one is looked for.
        """
        count, missing = 0, []
        with Parcel(file) as parcel:
            before: int | None = None
            while page := await self._archive.page(owner.id, search, before=before, most=AT_ONCE):
                for picture in page:
                    try:
                        png = await self._ledger.file(picture.file)
                    except NotFound:
                        missing.append(picture.number)
                        continue
                    await asyncio.to_thread(parcel.add, picture, png)
                    count += 1
                    await after_each()
                before = page[-1].number
        return Exported(pictures=count, missing=missing)

    async def forget(self, owner: Owner) -> None:
        """Delete all that they made and said. What hinders cheating stays."""
        for job in await self.unfinished(owner):
            await self._withdraw(job, owner)
        await self._archive.forget(owner.id)
        self._watch.tell(Subject.EVERYTHING, owner.id)
