"""Lane: one owner's jobs in the queue, and the virtual time that they take.

Virtual time is counted in whole millionths, so that adding it up in another order changes nothing.
"""

from bisect import bisect_left
from dataclasses import dataclass, field
from math import inf, isfinite

MILLIONTHS = 1_000_000
UNKNOWN = -1

Tag = tuple[int, int, float, int]
"""What the common order sorts by: tier, finish, when it was submitted, when it came."""

Age = tuple[float, int]
"""What overdue owners are sorted by: since when they wait, and when their next job came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A job as the queue sees it. `price` is in credits, `submitted` in unix seconds."""

    job: str
    owner: str
    price: float
    submitted: float
    tier: int = 0
    weight: float = 1.0
    most_running: int = 4

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
    running: int = 0
    served: float = -inf
    """When a job was taken last."""
    head: Tag = (0, 0, 0.0, 0)
    age: Age | None = None

    @property
    def capped(self) -> bool:
        return self.running >= self.most_running

    def cost(self, price: float) -> int:
        return max(1, round(price / self.weight * MILLIONTHS))

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
