"""What somebody may use: limits, and the arithmetic of credits."""

import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import isfinite, isqrt

from engine.errors import InvalidRequest, QuotaExceeded


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """The limits of a person; None is no limit. A lower tier goes first in the queue."""

    per_day: float | None = None
    per_window: float | None = None
    window: timedelta = timedelta(hours=1)
    largest_pixels: int | None = None
    most_steps: int | None = None
    most_waiting: int = 20
    most_running: int = 4
    tier: int = 0
    weight: float = 1.0


UNLIMITED = Allowance(most_waiting=sys.maxsize, most_running=sys.maxsize)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Credits that a person took today and within the window, and the jobs that wait."""

    today: float = 0.0
    window: float = 0.0
    waiting: int = 0
    oldest_in_window: datetime | None = None


def day_start(now: datetime) -> datetime:
    """When the day of now began; days begin at midnight UTC."""
    if now.tzinfo is None:
        raise ValueError(f"{now} does not say in which time zone it is")
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def require(
    allowance: Allowance, usage: Usage, *, price: float, pixels: int, steps: int, now: datetime
) -> None:
    """Raises InvalidRequest for what is never allowed, QuotaExceeded for what is not now."""
    _require_possible(allowance, price, pixels, steps)
    if usage.waiting >= allowance.most_waiting:
        raise QuotaExceeded(
            f"You have {_jobs(usage.waiting)} waiting, and {allowance.most_waiting:,} is the most. "
            "Wait for one to be painted, or cancel one."
        )
    today = _Limit("today", allowance.per_day, usage.today, day_start(now) + timedelta(days=1))
    # What is known of the window is when its oldest credits come back; more may be needed.
    oldest = usage.oldest_in_window or now
    span, back = _span(allowance.window), oldest + allowance.window
    window = _Limit(span, allowance.per_window, usage.window, back)
    exceeded = [limit for limit in (today, window) if limit.exceeded_by(price)]
    if exceeded:
        last = max(exceeded, key=lambda limit: limit.back)
        raise QuotaExceeded(last.sentence(price), retry_at=last.back)


def _require_possible(allowance: Allowance, price: float, pixels: int, steps: int) -> None:
    largest, most = allowance.largest_pixels, allowance.most_steps
    if largest is not None and pixels > largest:
        side = isqrt(largest) // 8 * 8
        raise InvalidRequest(
            f"That picture has {pixels:,} pixels, and {largest:,} is the most that you may have. "
            f"Try {side}x{side}."
        )
    if most is not None and steps > most:
        raise InvalidRequest(
            f"That is {steps} steps, and {most} is the most that you may have. Try --steps {most}."
        )
    spans = (("a day", allowance.per_day), (_span(allowance.window), allowance.per_window))
    for span, credits in spans:
        if credits is not None and _cents(price) > _cents(credits):
            raise InvalidRequest(
                f"That costs {_credits(price)}, and you have {credits:g} for {span}. "
                "Ask for fewer pictures, a smaller size or fewer steps."
            )


@dataclass(frozen=True, slots=True)
class _Limit:
    """One of a person's limits, and when credits come back."""

    span: str
    credits: float | None
    used: float
    back: datetime

    def exceeded_by(self, price: float) -> bool:
        return self.credits is not None and _cents(self.used + price) > _cents(self.credits)

    def sentence(self, price: float) -> str:
        credits = self.credits or 0.0
        left = max(0.0, credits - self.used)
        back = self.back.astimezone(UTC)
        return (
            f"That costs {_credits(price)}, and you have {left:.2f} left of the {credits:g} for "
            f"{self.span}. More come back on {back:%d %B at %H:%M} UTC; "
            "until then, ask for something smaller."
        )


class Outcome(StrEnum):
    """What became of reserved credits."""

    RESERVED = "reserved"
    SETTLED = "settled"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """Credits put aside for a job."""

    price: float
    outcome: Outcome = Outcome.RESERVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Credits of a person, in whole cents; together they never change."""

    free: float
    reserved: float = 0.0
    spent: float = 0.0

    def reserve(self, price: float) -> tuple["Balance", Reservation]:
        """Put credits aside. Raises QuotaExceeded where they are not there."""
        price = _amount(price)
        if _cents(price) > _cents(self.free):
            raise QuotaExceeded(
                f"That costs {_credits(price)}, and you have {self.free:.2f} left. "
                "Ask for something smaller."
            )
        return self._moved(free=-price, reserved=price), Reservation(price=price)

    # The first outcome stands, and a second changes nothing instead of raising: after a crash the
    # same end is told again, and a painter given up for lost may finish what was refunded.

    def settle(self, held: Reservation, cost: float) -> tuple["Balance", Reservation]:
        """The job ended: it pays what it cost, at most what was said, and the rest comes back."""
        cost = min(_amount(cost), held.price)
        if held.outcome is not Outcome.RESERVED:
            return self, held
        moved = self._moved(free=held.price - cost, reserved=-held.price, spent=cost)
        return moved, replace(held, outcome=Outcome.SETTLED)

    def refund(self, held: Reservation) -> tuple["Balance", Reservation]:
        """The job came to nothing: all of it comes back."""
        if held.outcome is not Outcome.RESERVED:
            return self, held
        moved = self._moved(free=held.price, reserved=-held.price)
        return moved, replace(held, outcome=Outcome.REFUNDED)

    def _moved(self, *, free: float, reserved: float, spent: float = 0.0) -> "Balance":
        return Balance(
            free=round(self.free + free, 2),
            reserved=round(self.reserved + reserved, 2),
            spent=round(self.spent + spent, 2),
        )


def _amount(credits: float) -> float:
    if not (isfinite(credits) and credits >= 0):
        raise ValueError(f"{credits} are no credits")
    return round(credits, 2)


def _cents(credits: float) -> int:
    return round(credits * 100)


def _credits(price: float) -> str:
    return "1 credit" if _cents(price) == 100 else f"{price:.2f} credits"


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count:,} jobs"


def _span(window: timedelta) -> str:
    minutes = round(window.total_seconds() / 60)
    for length, one, many in ((1440, "a day", "days"), (60, "an hour", "hours")):
        if minutes % length == 0:
            return one if minutes == length else f"{minutes // length} {many}"
    return f"{minutes} minutes"
