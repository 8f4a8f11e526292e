"""Crew: the painters that there are, and which of them paints the next tile."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from engine.card import ModelCard
from engine.errors import NotFound
from engine.meter import Listener, meter_of
from engine.ports import Painter

MOST_PASSED = 8
"""So many tiles may go before one that waits for a painter with its model."""


class State(StrEnum):
    """What a painter is at."""

    READY = "ready"
    LEAVING = "leaving"
    """It ends what it paints, and gets nothing more."""
    AWAY = "away"
    """It is starting, perhaps because it broke down."""


@dataclass(slots=True, eq=False, kw_only=True)
class Member:
    """One painter, and what it has been given. Who is leaving gets nothing more."""

    painter: Painter
    jobs: Counter[str] = field(default_factory=Counter)
    """How many tiles it paints, by their jobs."""
    leaving: bool = False

    @property
    def state(self) -> State:
        if not self.painter.alive:
            return State.AWAY
        return State.LEAVING if self.leaving else State.READY

    @property
    def taken(self) -> int:
        return self.jobs.total()

    @property
    def free(self) -> int:
        return max(0, self.painter.seats - self.taken) if self.state is State.READY else 0

    def take(self, job: str) -> None:
        self.jobs[job] += 1

    def give_back(self, job: str) -> None:
        self.jobs[job] -= 1
        if not self.jobs[job]:
            del self.jobs[job]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A tile that could be next: its place among those, and how many have passed it already."""

    job: str
    model: str
    passed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The tile at that place of those that could be next, and who paints it."""

    place: int
    member: Member


class Crew:
    """Painters join, drain and leave while it works. All of them paint the same models."""

    def __init__(self, *painters: Painter, changed: Callable[[], None] = lambda: None) -> None:
        self._members: list[Member] = [Member(painter=painter) for painter in painters]
        self._listeners: list[Listener] = []
        self.changed = changed
        """Called when there may be another free seat."""

    def __iter__(self) -> Iterator[Member]:
        return iter(tuple(self._members))

    def __len__(self) -> int:
        return len(self._members)

    @property
    def cards(self) -> Mapping[str, ModelCard]:
        """The models that it can paint with, the default first."""
        return self._members[0].painter.cards if self._members else {}

    @property
    def seats(self) -> int:
        """Of all that are there now."""
        return sum(each.painter.seats for each in self._at_work)

    @property
    def free(self) -> int:
        return sum(each.free for each in self._members)

    @property
    def pace(self) -> int:
        """How many paint at a time; never less than one, since somebody comes back."""
        return max(1, len(self._at_work))

    @property
    def nobody_works(self) -> bool:
        """Nothing is begun until somebody is back."""
        return not self._at_work

    @property
    def was_sent_away(self) -> bool:
        """All of it was taken out, so nobody knows when something is begun."""
        return bool(self._members) and all(each.leaving for each in self._members)

    @property
    def _at_work(self) -> Sequence[Member]:
        return [each for each in self._members if each.state is State.READY]

    def join(self, painter: Painter) -> Member:
        member = Member(painter=painter)
        self._members.append(member)
        for listener in self._listeners:
            meter_of(painter).add(listener)
        self.changed()
        return member

    def named(self, name: str) -> Member:
        """Raises NotFound."""
        for member in self._members:
            if member.painter.name == name:
                return member
        raise NotFound("There is no painter of that name.")

    def let_leave(self, member: Member, *, leaving: bool = True) -> None:
        """It ends what it paints, and gets nothing more; or it takes pictures again."""
        member.leaving = leaving
        self.changed()

    def leave(self, painter: Painter) -> None:
        self._members = [each for each in self._members if each.painter is not painter]
        for listener in self._listeners:
            meter_of(painter).remove(listener)

    @contextmanager
    def heard_by(self, listener: Listener) -> Iterator[None]:
        """All that is measured of whoever is there, or joins before the end of the block."""
        self._listeners.append(listener)
        for member in self._members:
            meter_of(member.painter).add(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)
            for member in self._members:
                meter_of(member.painter).remove(listener)

    def may_begin(self, job: str, suspects: AbstractSet[str]) -> bool:
        """Whether somebody has room for it."""
        return bool(self._room_for(job, suspects))

    def choose(self, waiting: Iterable[Standing], suspects: AbstractSet[str]) -> Choice | None:
        """Which of those that are next goes to whom; None where nobody may begin any of them.

        The first goes, unless a later one finds its model loaded where there is room and the first
        does not: whoever is passed so has been passed by few, and then goes wherever there is room.
        """
        first: Choice | None = None
        for place, each in enumerate(waiting):
            room = self._room_for(each.job, suspects)
            if not room:
                continue
            warm = [one for one in room if each.model in {"", *one.painter.warm}]
            if warm or (first is None and each.passed >= MOST_PASSED):
                return Choice(place=place, member=_freest(warm or room))
            first = first or Choice(place=place, member=_freest(room))
        return first

    # A painter that breaks down takes all that it paints with it, and who did that is not known. So
    # none paints two jobs that were there: the one to blame uses up its attempts without using up
    # those of the others.

    def _room_for(self, job: str, suspects: AbstractSet[str]) -> Sequence[Member]:
        room = [member for member in self._members if member.free > 0]
        if job not in suspects:
            return room
        if any(job in member.jobs for member in self._members):
            return [member for member in room if job in member.jobs]
        return [member for member in room if suspects.isdisjoint(member.jobs)]


def _freest(members: Sequence[Member]) -> Member:
    """The one with most room for its size; of several the first."""
    return max(members, key=lambda member: member.free / member.painter.seats)
