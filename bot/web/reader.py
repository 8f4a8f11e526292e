"""Reader: one open stream, from where it has read to."""

import asyncio
from collections.abc import Callable, Iterable

from bot.web.feed import NOTHING, Feed, greeting

BEAT = b":\n\n"
"""A comment, which says that somebody is still there."""


class Reader:
    """Goes on at its own speed: what it is given is what is new by the time that it asks.

    `highest` answers the highest number that there is. It is `greeted` with what was told last of
    those topics.
    """

    def __init__(
        self,
        feed: Feed,
        after: int | None,
        highest: Callable[[], int],
        *,
        greeted: Iterable[str] = (),
    ) -> None:
        self.feed = feed
        self.closed = False
        self.heard = asyncio.get_running_loop().time()
        """When it was given something last."""
        self.busy = False
        """It has not asked for more since."""
        self._number = feed.newest if after is None else after
        self._greeting = feed.latest(greeted) + greeting(self._number)
        self._highest = highest
        self._bell = asyncio.Event()
        self._beat = False

    def ring(self) -> None:
        """There is something new."""
        self._bell.set()

    def beat(self) -> None:
        """It is to hear that somebody is there."""
        self._beat = True
        self._bell.set()

    def close(self) -> None:
        self.closed = True
        self._bell.set()

    def __aiter__(self) -> "Reader":
        return self

    async def __anext__(self) -> bytes:
        self.busy = False
        while not self.closed:
            self._bell.clear()
            if frames := self._new():
                self.heard = asyncio.get_running_loop().time()
                self.busy = True
                return frames
            await self._bell.wait()
        raise StopAsyncIteration

    def _new(self) -> bytes:
        first, self._greeting = self._greeting, NOTHING
        self._number, new = self.feed.since(self._number, self._highest())
        beat, self._beat = self._beat, False
        frames = first + new if first else new
        return frames or (BEAT if beat else NOTHING)
