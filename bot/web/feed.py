"""Feed: what one owner was told last of each topic, for readers who come, go and come back."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice, takewhile

MOST_TOPICS = 200
MEMORY_S = 300.0
RETRY_MS = 2000
"""After that a browser comes back to a stream that broke off."""
NOTHING = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`frame` is what goes over the wire, the same bytes for all who read it."""

    number: int
    frame: bytes
    told: float
    """By the clock of the event loop."""


def frame_of(number: int, kind: str, content: bytes) -> bytes:
    """`content` is JSON without line breaks."""
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (number, kind.encode(), content)


def greeting(number: int) -> bytes:
    """A number by itself is no event, and is what a browser comes back with nonetheless."""
    return b"retry: %d\nid: %d\n\n" % (RETRY_MS, number)


class Feed:
    """Of each topic the newest event only: who reads slowly skips what is out of date.

    `noted` are topics of which there is something new to tell. Whoever read up to a number below
    the `floor` may have missed what is forgotten, and must ask again for everything.
    """

    def __init__(self, owner: str, floor: int) -> None:
        self.owner = owner
        self.floor = floor
        self.noted: dict[str, str] = {}
        """By topic, what became of it where that is known."""
        self._events: dict[str, Event] = {}
        """The oldest first."""
        self._answered: tuple[int, int, bytes] = (0, 0, NOTHING)

    @property
    def newest(self) -> int:
        """The number up to which somebody is who has read all."""
        last = next(reversed(self._events.values()), None)
        return max(self.floor, last.number) if last else self.floor

    def note(self, topic: str, became: str = "") -> None:
        """There is something new of it."""
        self.noted[topic] = became

    def start_over(self, number: int) -> None:
        """Every reader is to ask for everything. The `number` is that of no event yet."""
        self.noted.clear()
        self._events.clear()
        self.floor = number

    def put(self, topic: str, event: Event) -> None:
        """Takes the place of what was told of it before."""
        self._events.pop(topic, None)
        self._events[topic] = event
        self._forget(event.told - MEMORY_S)

    def latest(self, topics: Iterable[str]) -> bytes:
        """What was told of them last."""
        return b"".join(self._events[topic].frame for topic in topics if topic in self._events)

    def since(self, number: int, highest: int) -> tuple[int, bytes]:
        """What is newer than that, and up to where one is with it.

        No number is higher than the `highest`: one that is comes from another time.
        """
        newest = self.newest
        if number == newest:
            return number, NOTHING
        if not self.floor <= number <= highest:
            return newest, frame_of(newest, "reset", b"{}")
        if self._answered[:2] != (number, newest):
            new = takewhile(lambda event: event.number > number, reversed(self._events.values()))
            frames = [event.frame for event in new]
            self._answered = (number, newest, b"".join(reversed(frames)))
        return max(number, newest), self._answered[2]

    def _forget(self, before: float) -> None:
        many = len(self._events) - MOST_TOPICS
        old = [
            topic
            for place, (topic, event) in enumerate(islice(self._events.items(), MOST_TOPICS))
            if place < many or event.told < before
        ]
        for topic in old:
            self.floor = self._events.pop(topic).number
