"""Credits in memory: what `storage.purses` does, for a ledger that leaves nothing behind."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import count

from engine.accounts import Block, Entry, Grant
from engine.allowance import Allowance, cents_of, credits_of, require_unblocked
from engine.errors import Rejected
from engine.job import Job
from engine.preferences import NONE, Preferences
from engine.purse import NEW, Kind, Purse, named
from engine.terms import Terms
from storage.memory_audit import MemoryAudit
from storage.models import utc
from storage.purses import returned


@dataclass(slots=True, kw_only=True)
class Person:
    """What `PersonRow` holds."""

    name: str = ""
    tier: str | None = None
    terms: Terms = field(default_factory=dict)
    roles: list[str] = field(default_factory=list)
    preferences: Preferences = NONE
    purse: Purse = NEW
    seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What was reserved for a job, in cents, and out of what."""

    owner: str
    cents: int
    day: date
    grants: list[list[int]]


class MemoryPurses:
    """Everybody's purse and grants, the movements of every job, and what moderators did.

    Nobody else runs while one of its functions does, so that each is one transaction.
    """

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.grants: dict[int, Grant] = {}
        self.blocks: dict[str, Block] = {}
        self.entries: list[Entry] = []
        self.unsettled: dict[str, Held] = {}
        self.numbers = count(1)
        self.audit = MemoryAudit()

    def meet(self, owner: str, now: datetime) -> Person:
        return self.people.setdefault(owner, Person(seen=now))

    def held(self, owner: str) -> int:
        """Cents that are reserved and not settled."""
        return sum(held.cents for held in self.unsettled.values() if held.owner == owner)

    def reserve(self, job: Job, allowance: Allowance, now: datetime) -> None:
        now, cents, owner = utc(now), cents_of(job.price), job.owner.id
        if block := self.blocks.get(owner):
            require_unblocked(block.why, block.until, now)
        known = self.people.get(owner)
        purse = known.purse if known else NEW
        grants: list[list[int]] = []
        try:
            purse = purse.take(cents, allowance, now)
            day = purse.day
        except Rejected:
            grants = self._take_grants(owner, cents, purse, allowance, now)
            day = purse.at_time(allowance, now).day
        person = self.meet(owner, now)
        person.name, person.seen = named(job.owner.name) or person.name, now
        person.purse = purse
        self.unsettled[job.id] = Held(owner=owner, cents=cents, day=day, grants=grants)
        self._write(job.id, owner, Kind.RESERVE, cents, now)

    def resolve(self, job: str, spent: int, now: datetime) -> None:
        held = self.unsettled.pop(job, None)
        if held is None:
            return
        settled = min(max(0, spent), held.cents)
        rest = held.cents - settled
        person = self.people[held.owner]
        if held.grants:
            for number, cents in returned(held.grants, rest):
                grant = self.grants[number]
                self.grants[number] = replace(grant, left=round(grant.left + cents / 100, 2))
        else:
            person.purse = person.purse.give_back(rest, held.day)
        self._write(job, held.owner, Kind.SETTLE, settled, utc(now))
        self._write(job, held.owner, Kind.REFUND, rest, utc(now))

    def _take_grants(
        self, owner: str, cents: int, purse: Purse, allowance: Allowance, now: datetime
    ) -> list[list[int]]:
        theirs = [
            grant
            for grant in self.grants.values()
            if grant.owner == owner and grant.left > 0 and not grant.expired(now)
        ]
        granted = sum(cents_of(grant.left) for grant in theirs)
        if granted < cents:
            raise purse.refusal(cents, allowance, now, granted=granted)
        taken = []
        last = datetime.max.replace(tzinfo=UTC)
        for grant in sorted(theirs, key=lambda grant: (grant.expires or last, grant.id)):
            part = min(cents_of(grant.left), cents)
            if part:
                left = credits_of(cents_of(grant.left) - part)
                self.grants[grant.id] = replace(grant, left=left)
                taken.append([grant.id, part])
                cents -= part
        return taken

    def _write(self, job: str, owner: str, kind: Kind, cents: int, now: datetime) -> None:
        entry = Entry(job=job, owner=owner, kind=kind, credits=credits_of(cents), at=now)
        self.entries.append(entry)
