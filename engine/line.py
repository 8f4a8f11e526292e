"""Line: what the studio and the dispatcher share."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from engine.allowance import Allowance
from engine.crew import Crew
from engine.errors import EaselError
from engine.gate import Gate, require_open
from engine.job import Job, Picture
from engine.meter import Meter
from engine.outline import Outline
from engine.queue import Entry, FairQueue
from engine.stop import Stop
from engine.tally import Move, Tally
from engine.ticket import Ticket
from engine.waiting import Waiting
from engine.watch import Subject, Watch
from engine.work import Work


@dataclass(slots=True, kw_only=True)
class Line:
    """The queue of tiles, the jobs they belong to, and a bell that rings for new work.

    A job stands in the queue with each of its tiles, so that one with many does not hold up those
    behind it. Of one that waits there is no more than that: the ledger has the rest. Those
    `elsewhere` are another painter's, or nobody knows whose, and stand in no queue. `suspects` were
    begun before. `aside` has been taken and must wait. A line that is `lasting` tells the ledger of
    its virtual time. `news` rings when a job has ended. Only the event loop touches a line.
    """

    queue: FairQueue
    lasting: bool = False
    jobs: dict[str, int] = field(default_factory=dict)
    """How many tiles those have that wait or are painted here."""
    waiting: Waiting = field(default_factory=Waiting)
    suspects: set[str] = field(default_factory=set)
    works: dict[str, Work] = field(default_factory=dict)
    elsewhere: dict[str, Ticket | None] = field(default_factory=dict)
    tickets: WeakValueDictionary[str, Ticket] = field(default_factory=WeakValueDictionary)
    painting: defaultdict[str, set[asyncio.Task[None]]] = field(
        default_factory=lambda: defaultdict(set)
    )
    aside: list[Entry] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    """Whose virtual time has changed since it was kept."""
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    gate: Gate = Gate.OPEN
    """How a moderator left it: nothing new may be begun, or nothing more taken in."""
    stop: Stop = field(default_factory=Stop)
    hands: dict[str, str] = field(default_factory=dict)
    """How pictures come about here, by model, once there is a painter."""
    watch: Watch = field(default_factory=Watch)
    meter: Meter = field(default_factory=Meter)
    crew: Crew = field(default_factory=Crew)
    """Who paints; nobody until somebody is warm."""

    def require_open(self) -> None:
        """Raises QueueFull where nothing more is taken in."""
        require_open(self.gate, stopping=self.stop.meant)

    def end(self, *, overdue: bool = False) -> None:
        """The program is being stopped, in order or once there is no time left for that."""
        self.stop.meant = True
        self.stop.overdue = self.stop.overdue or overdue
        self.bell.set()
        self.watch.tell(Subject.QUEUE)

    def candidates(self, now: float) -> Iterator[Entry]:
        """The tiles that may be taken, of each owner one and in their order; when the program is
        being stopped, only of jobs that were begun."""
        if not self.stop.meant:
            yield from self.queue.candidates(now)
            return
        # The tiles of an owner's earlier jobs stand before those of the later ones.
        for owner in {work.owner: None for work in self.works.values()}:
            first = self.queue.next_of(owner)
            if first is not None and job_of(first) in self.works:
                yield first

    def take(self, entry: Entry, now: float) -> None:
        """One of the candidates."""
        if self.queue.take(now, of=entry.owner) is not entry:
            raise ValueError(f"{entry.job} is not what its owner has next")

    def join(self, job: Outline, allowance: Allowance) -> None:
        """Put all tiles in the queue; there is room for them, or was when they were accepted.

        The bell is left to whoever knows that nobody else comes first.
        """
        self.weigh(job.owner, allowance)
        ahead = self.queue.clock(allowance.tier) - self.queue.clock(job.tier)
        for place in range(job.tiles):
            entry = Entry(
                job=name_of(job.id, place),
                owner=job.owner,
                price=job.price / job.tiles,
                submitted=job.submitted.timestamp(),
                tier=allowance.tier,
                weight=allowance.weight,
                most_running=allowance.most_running,
                clock=job.clock + ahead,
                model=job.model,
            )
            self.queue.put(entry)
        self.jobs[job.id] = job.tiles
        self.waiting.add(job.id, job.owner)
        if job.attempt:
            self.suspects.add(job.id)
        self.elsewhere.pop(job.id, None)
        self.watch.tell(Subject.JOB, job.owner, job.id)

    def begin(self, job: str, owner: str) -> Work:
        """The first of its tiles has been taken: the job waits no more."""
        self.waiting.remove(job)
        self.works[job] = Work(job=job, owner=owner, ticket=self.tickets.get(job))
        self.watch.tell(Subject.JOB, owner, job)
        return self.works[job]

    def knows(self, job: str) -> bool:
        """True while it waits or is painted, here or elsewhere."""
        return job in self.jobs or job in self.elsewhere

    def jobs_of(self, owner: str) -> list[str]:
        """What waits or is painted here of that owner's."""
        begun = [work.job for work in self.works.values() if work.owner == owner]
        return [*begun, *self.waiting.jobs(owner)]

    def ticket(self, job: Job) -> Ticket:
        """The one that is held for it already, or a new one."""
        ticket = self.tickets.get(job.id)
        if ticket is None:
            ticket = self.tickets[job.id] = Ticket(job)
        ticket.job = job
        if job.id in self.elsewhere:
            self.elsewhere[job.id] = ticket
        return ticket

    def weigh(self, owner: str, allowance: Allowance) -> None:
        """What waits of the owner pays, and stands, by this allowance from now on."""
        move = self.queue.reweigh(owner, allowance.weight, allowance.tier, allowance.most_running)
        if move is not None and self.lasting:
            self.moves.append(move)
            self.changed.add(owner)

    def put_aside(self, entry: Entry) -> None:
        self.aside.append(entry)
        self.changed.add(entry.owner)

    def bring_back(self) -> None:
        """What was put aside waits in the queue again."""
        for entry in self.aside:
            self.queue.give_back(entry.job)
        self.aside.clear()

    def pay(self, entry: Entry, work: Work, spent: float) -> None:
        """A tile is painted, or nobody goes on with it, and took so many credits."""
        cost = self.queue.done(entry.job, spent, closed=False)
        if self.works.get(work.job) is work:
            work.open += cost
        else:
            self.queue.close(entry.owner, cost)
        self.changed.add(entry.owner)

    def follow(self, job: str) -> None:
        """Another painter has it: nothing of it is painted here, and a ticket waits for its end.

        Where it comes back it can join again, once what was being painted of it is withdrawn.
        """
        self._withdraw(job)
        ticket, owner = self.tickets.get(job), self._owner(job)
        if ticket is not None:
            ticket.start_over()
        self._drop(job)
        self.elsewhere[job] = ticket
        self.watch.tell(Subject.JOB, owner, job)

    def finish(self, job: str, pictures: tuple[Picture, ...]) -> None:
        """Whoever waits for the job has its pictures."""
        if ticket := self.tickets.get(job):
            ticket.resolve(pictures)
        self.forget(job)

    def leave(self, job: str, reason: EaselError) -> None:
        """The job ended before it was finished: nothing of it waits or is painted any more."""
        if ticket := self.tickets.get(job):
            ticket.fail(reason)
        self._withdraw(job)
        self.forget(job)

    def forget(self, job: str) -> None:
        """It has ended."""
        owner = self._owner(job)
        self._drop(job)
        self.elsewhere.pop(job, None)
        self.tickets.pop(job, None)
        self.news.set()
        self.watch.tell(Subject.JOB, owner, job)

    def tally(self, owner: str, ended: Work | None = None) -> Tally | None:
        """What the ledger must know of the owner, and of that work as one that has ended."""
        return self.queue.tally(owner, closing=ended.open if ended else 0) if self.lasting else None

    def told(self, tally: Tally | None) -> None:
        """The ledger knows that of the owner: unless it has changed, it is not told again."""
        if tally is not None and self.tally(tally.owner) == tally:
            self.changed.discard(tally.owner)

    def take_changes(self) -> tuple[list[Tally], list[Move]]:
        """What has changed since the last time, and was perhaps not told to the ledger."""
        tallies = [tally for owner in sorted(self.changed) if (tally := self.tally(owner))]
        moves = list(self.moves)
        self.changed.clear()
        self.moves.clear()
        return tallies, moves

    def put_back_changes(self, tallies: Iterable[Tally], moves: list[Move]) -> None:
        """They could not be kept."""
        self.changed.update(tally.owner for tally in tallies)
        self.moves[:0] = moves

    def _withdraw(self, job: str) -> None:
        for entry in [entry for entry in self.aside if job_of(entry) == job]:
            self.aside.remove(entry)
            self.queue.give_back(entry.job)
        for name in self.names(job):
            self.queue.cancel(name)
        for task in self.painting.get(job, set()) - {asyncio.current_task()}:
            task.cancel()

    def _drop(self, job: str) -> None:
        work = self.works.pop(job, None)
        if work is not None:
            self.queue.close(work.owner, work.open)
            self.changed.add(work.owner)
        self.jobs.pop(job, None)
        self.waiting.remove(job)
        self.suspects.discard(job)

    def _owner(self, job: str) -> str | None:
        if work := self.works.get(job):
            return work.owner
        if ticket := self.tickets.get(job):
            return ticket.job.owner.id
        return self.waiting.owner(job)

    def names(self, job: str) -> list[str]:
        return [name_of(job, place) for place in range(self.jobs.get(job, 0))]


def name_of(job: str, place: int) -> str:
    """What the queue calls the tile at that place of the job."""
    return f"{job}:{place}"


def job_of(entry: Entry) -> str:
    return entry.job.rpartition(":")[0]


def place_of(entry: Entry) -> int:
    """Which of its job's tiles it is."""
    return int(entry.job.rpartition(":")[2])
