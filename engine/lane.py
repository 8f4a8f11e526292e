"""Lane: one owner's jobs in the queue, and the virtual time that they take.

Virtual time is counted in whole millionths, so that adding it up in another order changes nothing.
"""

from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate, islice
from math import inf, isfinite

MILLIONTHS = 1_000_000
UNKNOWN = -(10**30)
"""No finish: those of who came from another tier may lie below zero, but never there."""

Tag = tuple[int, int, float, int]
"""What the common order sorts by: tier, finish, when it was submitted, when it came."""

Age = tuple[float, float, int]
"""What overdue owners are sorted by: since when they wait, and when their next job was submitted
and came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A job as the queue sees it. `price` is in credits, `submitted` in unix seconds.

    `clock` is what the clock of its tier said when it came; None is what it says now. `model` is
    what it is painted with, as far as that is known.
    """

    job: str
    owner: str
    price: float
    submitted: float
    tier: int = 0
    weight: float = 1.0
    most_running: int = 4
    clock: int | None = None
    model: str = ""

    def __post_init__(self) -> None:
        require_weight(self.weight)
        if not (isfinite(self.price) and self.price >= 0):
            raise ValueError(f"{self.price} is no price")
        if not isfinite(self.submitted):
            raise ValueError(f"{self.submitted} is no time")
        if self.most_running < 1:
            raise ValueError("a cap below one would keep the owner waiting for ever")


def require_weight(weight: float) -> None:
    if not (isfinite(weight) and weight > 0):
        raise ValueError(f"{weight} is no weight")


@dataclass(slots=True, eq=False)
class Claim:
    """An entry and its span of virtual time, waiting or running."""

    entry: Entry
    lane: "Lane"
    number: int
    clock: int
    """The clock of the tier when the job came: it cannot start before."""
    cost: int
    finish: int = UNKNOWN
    paid: bool = False
    """It was taken once, so its cost is in the lane's finish already."""
    served: float = -inf
    """When the owner was served before this job was taken."""
    passed: int = 0
    """How many behind it were taken, for which somebody was better prepared."""


@dataclass(slots=True, eq=False, kw_only=True)
class Lane:
    """An owner's waiting jobs in the order they will be taken, and what the owner has paid."""

    owner: str
    tier: int
    weight: float
    most_running: int
    finish: int
    """Where in virtual time all that was taken ends."""
    jobs: list[Claim] = field(default_factory=list)
    returned: int = 0
    """How many jobs, at the head, were taken once and given back."""
    running: list[Claim] = field(default_factory=list)
    open: int = 0
    """How much of the finish is for what was taken and has not ended for good."""
    served: float = -inf
    """When a job was taken last."""
    head: Tag = (0, 0, 0.0, 0)
    age: Age | None = None
    sums: "array[float]" = field(default_factory=lambda: array("d", (0.0,)))
    """The prices of the jobs added up, as far as that has been asked for."""

    @property
    def capped(self) -> bool:
        return len(self.running) >= self.most_running

    @property
    def served_for_good(self) -> float:
        """When the owner would have been served last if all that runs were given back."""
        return min([self.served, *(claim.served for claim in self.running)])

    def cost(self, price: float) -> int:
        return max(1, round(price / self.weight * MILLIONTHS))

    def price_of(self, first: int, end: int) -> float:
        """What the jobs from the first up to the end cost together."""
        known = len(self.sums) - 1
        if known < end:
            prices = (claim.entry.price for claim in self.jobs[known:end])
            self.sums.extend(islice(accumulate(prices, initial=self.sums[-1]), 1, None))
        return self.sums[end] - self.sums[first]

    def insert(self, index: int, claim: Claim) -> None:
        self.jobs.insert(index, claim)
        del self.sums[index + 1 :]

    def remove(self, index: int) -> Claim:
        claim = self.jobs.pop(index)
        if index == 0 and len(self.sums) > 1:
            del self.sums[0]  # the differences are what counts
        else:
            del self.sums[index + 1 :]
        return claim

    def index(self, claim: Claim) -> int:
        """Where the claim is, or belongs."""
        return bisect_left(self.jobs, _in_lane(claim), key=_in_lane)

    def retag(self, index: int) -> None:
        """Work out the finishes again after something changed at that index."""
        first = max(index, self.returned)
        if first >= len(self.jobs):
            return
        finish = self.jobs[first - 1].finish if first else self.finish
        if first == self.returned:
            finish = max(finish, self.finish)
        for place in range(first, len(self.jobs)):
            claim = self.jobs[place]
            finish = max(finish, claim.clock) + claim.cost
            if finish == claim.finish:
                return  # nothing changes for those behind it
            claim.finish = finish

    def change_terms(self, weight: float, tier: int, shift: int) -> None:
        """Move to a tier whose clock is `shift` ahead; debts stay the distance to the clock."""
        self.weight, self.tier = weight, tier
        self.finish += shift
        for claim in self.running:
            claim.clock += shift
            claim.finish += shift
        for claim in self.jobs:
            claim.clock += shift
            if claim.paid:
                claim.finish += shift
            else:
                claim.cost, claim.finish = self.cost(claim.entry.price), UNKNOWN
        self.retag(0)


def tag_of(claim: Claim) -> Tag:
    return (claim.lane.tier, claim.finish, claim.entry.submitted, claim.number)


def _in_lane(claim: Claim) -> tuple[bool, int, float, int]:
    # What was given back keeps its finish, and the finishes of a lane must rise.
    return (not claim.paid, claim.finish * claim.paid, claim.entry.submitted, claim.number)
