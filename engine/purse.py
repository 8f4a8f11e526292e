"""Purse: what a person has taken of an allowance, today and lately, in whole cents of a credit."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from math import floor

from engine.allowance import Allowance, credits_of, moment, require_payable, said
from engine.errors import InvalidRequest, QuotaExceeded, Rejected

SKEW_S = 86400.0
"""A purse that stands further ahead of the clock was last used while the clock was wrong."""
LONGEST_WAIT_S = 100 * 366 * 86400
"""More than anybody waits, and no later than a calendar can say."""
LONGEST_NAME = 100


class Kind(StrEnum):
    """How a job's credits move. What is settled and what is refunded is what was reserved."""

    RESERVE = "reserve"
    SETTLE = "settle"
    REFUND = "refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """`used` is what was taken on that `day`.

    `level` is what was taken lately and has not flowed back at the moment `at`, in unix seconds: it
    flows back evenly, a window's credits in a window's time. Days begin at midnight UTC.
    """

    day: date = date.min
    used: int = 0
    level: float = 0.0
    at: float = 0.0

    def at_time(self, allowance: Allowance, now: datetime) -> "Purse":
        """As it stands then. A clock that goes a little backwards changes nothing.

        Nobody lacks more than a burst, even where it was larger before or there was none.
        """
        today, seconds = now.astimezone(UTC).date(), now.timestamp()
        wrong = self.at > seconds + SKEW_S
        level, burst = 0.0, allowance.burst_cents
        if burst is not None:
            flowed = max(0.0, seconds - self.at) * allowance.flow
            level = max(0.0, min(self.level, float(burst)) - flowed)
        return Purse(
            day=today if wrong else max(today, self.day),
            used=self.used if today <= self.day else 0,
            level=level,
            at=seconds if wrong else max(seconds, self.at),
        )

    def left(self, allowance: Allowance) -> int | None:
        """The cents that can be taken at the moment it stands for; None is no limit."""
        left = []
        if allowance.day_cents is not None:
            left.append(allowance.day_cents - self.used)
        if allowance.burst_cents is not None:
            left.append(floor(allowance.burst_cents - self.level))
        return max(0, min(left)) if left else None

    def take(self, cents: int, allowance: Allowance, now: datetime) -> "Purse":
        """With so many cents less. Raises Rejected where they are not there."""
        before = self.at_time(allowance, now)
        day, burst = allowance.day_cents, allowance.burst_cents
        day_left = day is None or before.used <= day - cents
        burst_left = burst is None or before.level + cents <= burst
        # What is free is always to be had, also by who was left less than was taken before.
        if cents and not (day_left and burst_left):
            raise self.refusal(cents, allowance, now)
        level = 0.0 if burst is None else before.level + cents
        return replace(before, used=before.used + cents, level=level)

    def give_back(self, cents: int, day: date) -> "Purse":
        """What was taken on that day and not needed.

        All of it goes back into the window too, also what has flowed back since: over any time
        nobody gets more than a burst and what flowed.
        """
        used = max(0, self.used - cents) if day == self.day else self.used
        return replace(self, used=used, level=max(0.0, self.level - cents))

    def back(self, cents: int, allowance: Allowance, now: datetime) -> datetime:
        """When so much can be taken, if nothing else is until then."""
        before = self.at_time(allowance, now)
        back = now
        if allowance.day_cents is not None and before.used + cents > allowance.day_cents:
            back = max(back, _midnight_after(before.day))
        if allowance.burst_cents is not None and before.level + cents > allowance.burst_cents:
            wait = (before.level + cents - allowance.burst_cents) / allowance.flow
            # A second more than it takes, or what is too small to be counted would still lack.
            wait = min(floor(wait) + 1, LONGEST_WAIT_S)
            full = datetime.fromtimestamp(before.at, UTC) + timedelta(seconds=wait)
            back = max(back, full)
        return back

    def refusal(
        self, cents: int, allowance: Allowance, now: datetime, *, granted: int = 0
    ) -> Rejected:
        """Why so many cents cannot be had; `granted` is what there is beside the allowance."""
        try:
            require_payable(cents, allowance, granted=granted)
        except InvalidRequest as never:
            return never
        left = credits_of(self.at_time(allowance, now).left(allowance) or 0)
        back = self.back(cents, allowance, now)
        if granted:
            return QuotaExceeded(
                "That costs {price}, and you have {left:.2f} left of your allowance and "
                "{granted:.2f} of what was granted; one of them must pay for all of it. Enough is "
                "back on {back}; until then, ask for something smaller.",
                price=said(cents),
                left=left,
                granted=credits_of(granted),
                back=moment(back, now),
                retry_at=back,
            )
        return QuotaExceeded(
            "That costs {price}, and you have {left:.2f} left. Enough is back on {back}; until "
            "then, ask for something smaller.",
            price=said(cents),
            left=left,
            back=moment(back, now),
            retry_at=back,
        )


NEW = Purse()
"""Of somebody who has never asked for anything."""


def named(name: str) -> str:
    """A person's name as it is kept: without what cannot be written, and no longer than needed."""
    return "".join(letter for letter in name if letter.isprintable())[:LONGEST_NAME]


def _midnight_after(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
