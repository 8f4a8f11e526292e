"""Archive: where pictures are found again, and let go."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.errors import NotFound
from engine.job import Remembered
from engine.request import ImageRequest
from engine.search import EVERYTHING, Search

WORDLESS = ImageRequest(prompt="forgotten")
"""What a job of somebody who was forgotten asked for."""


class Archive(Protocol):
    """The pictures of a person, who sees and touches no others.

    One that is somebody else's is answered exactly as one that there never was.
    """

    async def page(
        self,
        owner: str,
        search: Search = EVERYTHING,
        *,
        before: int | None = None,
        after: int | None = None,
        most: int = 20,
    ) -> Sequence[Remembered]:
        """The newest that fit, or those next older than a number or next newer than one.

        The newest is always the first of them.
        """
        ...

    async def count(
        self, owner: str, search: Search = EVERYTHING, *, after: int | None = None, most: int
    ) -> int:
        """How many fit, of those newer than a number where one is given; counted up to `most`."""
        ...

    async def picture(self, owner: str, number: int) -> Remembered:
        """Raises NotFound."""
        ...

    async def favour(self, owner: str, number: int, *, favourite: bool) -> None:
        """Keep it whatever happens, or no longer. Raises NotFound."""
        ...

    async def remove(self, owner: str, numbers: Collection[int]) -> Collection[int]:
        """Delete them and their files at once; answer which were there.

        What they were begun from goes with the last of them. The file of a picture that looks
        exactly like another one stays with that one. Raises StorageFailed where they are gone and
        a file cannot be removed yet.
        """
        ...

    async def unfinished(self, owner: str) -> Sequence[str]:
        """The owner's jobs that have not ended."""
        ...

    async def forget(self, owner: str) -> None:
        """Delete the owner's pictures, favourites and source pictures, the words of jobs that have
        ended, and what the owner is called and likes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """How many pictures there are, how many of them favourites, and how many bytes their files."""

    pictures: int
    favourites: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spare:
    """A picture that nobody has said to keep."""

    number: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """That a picture was painted, and the seconds of the painter that it took."""

    at: datetime
    seconds: float


class Stock(Protocol):
    """All pictures, whoever's they are. Of favourites it knows how many there are, and no more."""

    async def amount(self) -> Amount:
        """Files that several pictures share count once, and so does what they were begun from."""
        ...

    async def painted(self, since: datetime) -> Sequence[Painted]:
        """What is there of the pictures since then, but for those that history answered."""
        ...

    async def spare(self, *, before: datetime | None = None, most: int) -> Sequence[Spare]:
        """The oldest; only those painted before then where a time is given."""
        ...

    async def beyond(self, each: int, *, most: int) -> Sequence[Spare]:
        """The oldest that somebody has beyond so many."""
        ...

    async def let_go(self, numbers: Collection[int]) -> int:
        """Delete them and their files, but for those that are favourites by now; how many.

        A few at a time: nobody else waits long.
        """
        ...


def no_picture(number: int) -> NotFound:
    return NotFound(
        "You have no picture {number}. Your history shows those you have.", number=number
    )
