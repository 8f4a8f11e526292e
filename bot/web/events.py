"""Hub: what happens to somebody's jobs, pictures and credits, told to whoever has a stream open."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from itertools import islice
from math import inf
from time import time

from bot.web.expected import Expectations
from bot.web.feed import MEMORY_S, MOST_TOPICS, Event, Feed, frame_of
from bot.web.reader import Reader
from bot.web.teller import QUEUE, QUOTA, Show, Teller, of_job, of_picture
from engine.about import context_about
from engine.errors import EaselError
from engine.line import Line
from engine.place import Place
from engine.ports import Ledger
from engine.watch import Change, Subject

log = logging.getLogger(__name__)

GAP_S = 0.25
LOOK_GAP_S = 1.0
"""Between two looks at where jobs stand, and at how long the queue is."""
PAUSE_S = 2.0
"""After the database did not answer."""
MOST_FRAMES = 500
"""How many of them go out in a second, to all readers together. With more than a hundred readers
each of them is told less often, so that the painter does not feel how many there are."""
AT_ONCE = 200
"""Topics that are looked at in one round; the others have theirs in the next."""
MOST_PLACES = 50
"""Of one owner's waiting jobs those that go first are told when they move."""


class Hub:
    """Hears of every change and tells of it in rounds, a few a second.

    It listens only while somebody reads, or may come back. `places` answers where jobs stand.
    """

    def __init__(
        self,
        *,
        line: Line,
        ledger: Ledger,
        places: Callable[[Collection[str]], Mapping[str, Place]],
        show: Show,
        gap_s: float = GAP_S,
        look_gap_s: float = LOOK_GAP_S,
        pause_s: float = PAUSE_S,
    ) -> None:
        self._line = line
        self._teller = Teller(line=line, ledger=ledger, show=show)
        self._expectations = Expectations(places)
        self._gap_s, self._look_gap_s, self._pause_s = gap_s, look_gap_s, pause_s
        self._feeds: dict[str, Feed] = {}
        self._forgetting: dict[str, asyncio.TimerHandle] = {}
        self._readers: dict[str, set[Reader]] = {}
        """Of those feeds that somebody reads."""
        self._due: dict[str, None] = {}
        """Owners who read and must be told something, whoever waits longest first."""
        self._unowned: dict[str, None] = {}
        """Jobs of which it must be asked whose they are."""
        self._moved = False
        self._queue = b""
        self._looked_at = -inf
        self._number = int(time() * 1_000_000)
        """Grows over restarts: nobody tells of a million things a second."""
        self._bell = asyncio.Event()
        self._rounds: asyncio.Task[None] | None = None
        self._closed = False

    def readers_of(self, owner: str) -> int:
        return len(self._readers.get(owner, ()))

    def number(self, owner: str) -> int:
        """From there a stream can be read that misses nothing of what happens from now on."""
        feed = self._feed(owner)
        self._forget_later(feed)
        return feed.newest

    def open(self, owner: str, after: int | None = None) -> Reader:
        """A reader of all that is newer than that number, or of all that happens from now on."""
        feed = self._feed(owner)
        first = owner not in self._readers
        reader = Reader(feed, after, lambda: self._number, greeted=() if first else (QUEUE,))
        if self._closed:
            reader.close()
            return reader
        if not self._readers:
            self._queue = self._teller.queue()
        self._readers.setdefault(owner, set()).add(reader)
        if first:
            # Nobody kept these up to date; and what was noted meanwhile comes with them.
            self._note(owner, QUEUE)
            for job in islice(self._line.waiting.jobs(owner), MOST_PLACES):
                self._note(owner, of_job(job))
            self._moved = True
        if self._rounds is None or self._rounds.done():
            self._rounds = asyncio.create_task(self._go_round(), context=context_about())
        return reader

    def leave(self, reader: Reader) -> None:
        """Nobody reads there any more. What happens is noted for a while: they may come back."""
        owner = reader.feed.owner
        readers = self._readers.get(owner, set())
        readers.discard(reader)
        if not readers:
            self._readers.pop(owner, None)
            self._due.pop(owner, None)
            self._bell.set()
            self._forget_later(reader.feed)

    async def close(self) -> None:
        """Every stream ends, and none begins any more."""
        self._closed = True
        self._line.watch.remove(self._hear)
        for readers in self._readers.values():
            for reader in readers:
                reader.close()
        if self._rounds is not None:
            self._rounds.cancel()
            with suppress(asyncio.CancelledError):
                await self._rounds

    def _feed(self, owner: str) -> Feed:
        feed = self._feeds.get(owner)
        if feed is None:
            feed = self._feeds[owner] = Feed(owner, self._number)
            if not self._closed:
                self._line.watch.add(self._hear)
        return feed

    def _forget_later(self, feed: Feed) -> None:
        """Counted from now, not from when an earlier reader left."""
        if earlier := self._forgetting.pop(feed.owner, None):
            earlier.cancel()
        if not self._closed:
            later = asyncio.get_running_loop().call_later(MEMORY_S, self._forget, feed)
            self._forgetting[feed.owner] = later

    def _forget(self, feed: Feed) -> None:
        self._forgetting.pop(feed.owner, None)
        if self._feeds.get(feed.owner) is feed and feed.owner not in self._readers:
            del self._feeds[feed.owner]
            if not self._feeds:
                self._line.watch.remove(self._hear)

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _hear(self, change: Change) -> None:
        owner, name = change.owner, change.name
        match change.subject:
            case Subject.JOB if owner is None:
                self._note_unowned(name)
            case Subject.JOB | Subject.PROGRESS if owner:
                self._note(owner, of_job(name))
                if change.subject is Subject.JOB:
                    # It took credits, or gave some back, and stands among what one may have.
                    self._note(owner, QUOTA)
            case Subject.PICTURE if owner:
                self._note(owner, of_picture(name), change.more)
            case Subject.STANDING:
                for reading in [owner] if owner else tuple(self._feeds):
                    self._note(reading, QUOTA)
            case Subject.EVERYTHING if feed := self._feeds.get(owner or ""):
                self._start_over(feed)
            case _:
                pass
        self._moved = True
        if self._readers:
            self._bell.set()

    def _note(self, owner: str, topic: str, became: str = "") -> None:
        feed = self._feeds.get(owner)
        if feed is None:
            return
        feed.note(topic, became)
        if len(feed.noted) > MOST_TOPICS:
            self._start_over(feed)
        if owner in self._readers:
            self._due[owner] = None
            self._bell.set()

    def _note_unowned(self, job: str) -> None:
        self._unowned[job] = None
        if len(self._unowned) > MOST_TOPICS:
            self._unowned.clear()
            for feed in self._feeds.values():
                self._start_over(feed)

    def _start_over(self, feed: Feed) -> None:
        """There is too much to tell: each reader is to ask for everything."""
        feed.start_over(self._next())
        self._ring(feed.owner)

    def _ring(self, owner: str) -> int:
        readers = self._readers.get(owner, ())
        for reader in readers:
            reader.ring()
        return len(readers)

    async def _go_round(self) -> None:
        """While there are readers."""
        while self._readers:
            await self._bell.wait()
            self._bell.clear()
            frames = 0
            try:
                frames = await self._round()
            except EaselError as error:
                log.warning("what happened is told a little later: %s", error)
                self._bell.set()
                await asyncio.sleep(self._pause_s)
            except Exception:  # all streams go round here: one bug must not end them
                log.exception("a round of events met a bug")
            await asyncio.sleep(rest(frames, self._gap_s))

    async def _round(self) -> int:
        """Tell what there is to tell; how many frames that is."""
        if not self._readers:
            return 0
        clock = asyncio.get_running_loop().time()
        await self._find_owners()
        if self._moved:
            self._look(clock)
        frames, left = 0, AT_ONCE
        for owner in tuple(self._due):
            if left <= 0:
                break
            # Back to the end of the row, where there is more to tell or something is in the way.
            self._due.pop(owner, None)
            try:
                given, told = await self._tell(owner, left)
            finally:
                if owner in self._readers and self._feeds[owner].noted:
                    self._due[owner] = None
            frames, left = frames + given, left - told
        if self._due:
            self._bell.set()
        return frames

    async def _find_owners(self) -> None:
        for name in tuple(islice(self._unowned, AT_ONCE)):
            owner = await self._teller.owner(name)
            self._unowned.pop(name, None)
            if owner is not None:
                self._note(owner, of_job(name))
                self._note(owner, QUOTA)

    def _look(self, clock: float) -> None:
        """At what changes by what others do: where jobs stand, and how long the queue is."""
        if clock < self._looked_at + self._look_gap_s:
            # Something must come back to it, also where nothing more happens.
            self._bell.set()
            return
        self._moved, self._looked_at = False, clock
        owners = {
            job: owner
            for owner in self._readers
            for job in islice(self._line.waiting.jobs(owner), MOST_PLACES)
        }
        for job in self._expectations.broken(owners, clock):
            self._note(owners[job], of_job(job))
        queue = self._teller.queue()
        if queue != self._queue:
            self._queue = queue
            for owner in self._readers:
                self._note(owner, QUEUE)

    async def _tell(self, owner: str, most: int) -> tuple[int, int]:
        """How many frames that is, and of how many topics."""
        feed = self._feeds[owner]
        noted = dict(islice(feed.noted.items(), most))
        for topic, became in noted.items():
            # Before it is looked at: what happens meanwhile is told in the next round.
            feed.noted.pop(topic, None)
            try:
                told = await self._teller.told(topic, became)
            except EaselError:
                feed.noted.setdefault(topic, became)
                raise
            except Exception:  # the owner's other topics are told all the same
                log.exception("nobody is told of %s", topic)
                continue
            if told is not None:
                number, clock = self._next(), asyncio.get_running_loop().time()
                event = Event(number=number, frame=frame_of(number, *told), told=clock)
                feed.put(topic, event)
        return self._ring(owner), len(noted)


def rest(frames: int, least: float) -> float:
    """How long nothing is told after so many frames went out."""
    return max(least, frames / MOST_FRAMES)
