"""A line over a ledger that is used as the dispatcher uses it, thrown away and taken up again."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from engine.allowance import UNLIMITED, Allowance
from engine.caretaker import Caretaker
from engine.ending import withdrawn
from engine.job import Job, Owner, Status
from engine.lane import Entry
from engine.line import Line, job_of
from engine.outline import outline_of
from engine.ports import Ledger
from engine.queue import FairQueue
from engine.work import Work
from tests.storage.samples import NOON, a_job

LEASE = timedelta(hours=1)


def a_line() -> Line:
    """Jobs are overdue after half a minute, and lanes are long from the third job."""
    return Line(queue=FairQueue(patience=30, front=2))


@dataclass
class Run:
    """One run of a program. `seconds` is how late it is."""

    ledger: Ledger
    terms: dict[str, Allowance]
    line: Line = field(default_factory=a_line)
    seconds: float = 0.0
    running: list[Entry] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    async def allowance(self, owner: str, roles: Collection[str] | None = None) -> Allowance:
        return self.terms[owner]

    async def resume(self) -> int:
        caretaker = Caretaker(
            line=self.line, ledger=self.ledger, allowance=self.allowance, now=lambda: self.now
        )
        return await caretaker.resume()

    async def put(self, name: str, owner: str, price: float, tiles: int = 1) -> None:
        job = self._asked(name, owner, price, tiles)
        self.line.join(outline_of(await self.ledger.record(job)), self.terms[owner])

    def join(self, name: str, owner: str, price: float) -> None:
        """As if it were recorded, which another run has done."""
        self.line.join(outline_of(self._asked(name, owner, price, 1)), self.terms[owner])

    async def take(self) -> None:
        entry = self.line.queue.take(self.now.timestamp())
        if entry is None:
            return
        self.running.append(entry)
        self.line.changed.add(entry.owner)
        job = job_of(entry)
        if job not in self.line.works:
            work = self.line.works[job] = Work(job=job, owner=entry.owner)
            tally = self.line.tally(entry.owner)
            work.attempt = (await self.ledger.begin(job, "a run", self.now + LEASE, tally)).attempt

    async def done(self, which: int, spent: float) -> None:
        if not self.running:
            return
        entry = self.running.pop(which % len(self.running))
        job = job_of(entry)
        work = self.line.works[job]
        self.line.pay(entry, work, spent)
        left = [f"{job}:{place}" for place in range(self.line.jobs[job])]
        if not any(self.line.queue.waits(name) or self.line.queue.runs(name) for name in left):
            await self._end(job, work)

    async def cancel(self, which: int) -> None:
        """One that waits, or of which some tiles are painted and others wait."""
        painting = {job_of(entry) for entry in self.running}
        free = sorted(self.line.jobs.keys() - painting)
        if free:
            job = free[which % len(free)]
            await self._end(job, self.line.works.get(job))

    async def reweigh(self, owner: str, weight: float, tier: int) -> None:
        self.terms[owner] = replace(self.terms[owner], weight=weight, tier=tier)
        self.line.weigh(owner, self.terms[owner])
        await self.keep()

    async def keep(self) -> None:
        """As the heart does, now and then."""
        await self.ledger.keep_tallies(*self.line.take_changes())

    async def come_to_rest(self) -> None:
        """Everything that was begun ends."""
        while self.running:
            await self.done(0, 0.5)
        for job, work in tuple(self.line.works.items()):
            await self._end(job, work)

    async def again(self, *, after: timedelta = timedelta(0)) -> "Run":
        """The next run, which begins so much later and finds what the ledger knows."""
        run = Run(self.ledger, dict(self.terms), seconds=self.seconds + after.total_seconds())
        await run.resume()
        return run

    def order(self, seconds: float) -> list[str]:
        now = NOON + timedelta(seconds=seconds)
        return [entry.job for entry in self.line.queue.order(now.timestamp())]

    def all_taken(self) -> list[str]:
        taken = []
        while entry := self.line.queue.take((NOON + timedelta(seconds=self.seconds)).timestamp()):
            taken.append(entry.job)
        return taken

    def _asked(self, name: str, owner: str, price: float, tiles: int) -> Job:
        tier = self.terms[owner].tier
        asked = a_job(id=name, owner=Owner(id=owner), tiles=tiles, price=price, submitted=self.now)
        return replace(asked, tier=tier, clock=self.line.queue.clock(tier))

    async def _end(self, job: str, work: Work | None) -> None:
        owner = (await self.ledger.job(job)).owner.id
        tally = self.line.tally(owner, ended=work)
        await self.ledger.end(job, Status.CANCELLED, "", now=self.now, tally=tally)
        self.line.leave(job, withdrawn())


def new_run(ledger: Ledger, owners: str) -> Run:
    return Run(ledger, dict.fromkeys(owners, UNLIMITED))
