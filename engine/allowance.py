"""What somebody may use: the limits of a person, and credits as people read them."""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite, isqrt

from engine.errors import InvalidRequest, QuotaExceeded

MOST_CREDITS = 1e9
"""More would be 30 years of the painter, and must not be more than a database can count."""
SMALLEST = 64 * 64
LONGEST_WINDOW = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """The limits of a person; None is no limit. A lower tier goes first in the queue.

    `per_window` flows back evenly in the time of `window`; `burst` is how much of it may be taken
    at once, and without one that is all of it. `most_waiting` counts jobs, however many pictures
    each of them is; `most_running` counts pictures that are painted at a time.
    """

    per_day: float | None = None
    per_window: float | None = None
    window: timedelta = timedelta(hours=1)
    burst: float | None = None
    largest_pixels: int | None = None
    most_steps: int | None = None
    most_waiting: int = 20
    most_running: int = 4
    tier: int = 0
    weight: float = 1.0

    def __post_init__(self) -> None:
        for credits in (self.per_day, self.per_window, self.burst):
            if credits is not None:
                cents_of(credits)
        if not timedelta(minutes=1) <= self.window <= LONGEST_WINDOW:
            raise InvalidRequest(
                f"A window of {_span(self.window)} cannot be kept. Take a minute to 366 days."
            )
        if self.largest_pixels is not None and self.largest_pixels < SMALLEST:
            raise InvalidRequest("Pictures of 64x64 at least must be allowed.")
        counts = (self.most_steps, self.most_waiting, self.most_running)
        if any(count is not None and count < 1 for count in counts):
            raise InvalidRequest(
                "Of steps, jobs and pictures at least 1 must be allowed. "
                "Who may have none is blocked instead."
            )
        if not (isfinite(self.weight) and 0.001 <= self.weight <= 1000):
            raise InvalidRequest(f"{self.weight:g} is no weight. Take 0.001 to 1,000.")

    @property
    def day_cents(self) -> int | None:
        return None if self.per_day is None else cents_of(self.per_day)

    @property
    def burst_cents(self) -> int | None:
        """The most that can be taken at once; without a window it never ends."""
        if self.per_window is None:
            return None
        # Where nothing ever flows back, nothing may be taken at once either.
        window = cents_of(self.per_window)
        return cents_of(self.burst) if window and self.burst is not None else window

    @property
    def flow(self) -> float:
        """Cents that come back in a second."""
        return cents_of(self.per_window or 0.0) / self.window.total_seconds()


UNLIMITED = Allowance(most_waiting=sys.maxsize, most_running=sys.maxsize)


def require_possible(allowance: Allowance, *, pixels: int, steps: int, waiting: int) -> None:
    """What must be so before credits are asked for: size, steps, and the jobs that wait already.

    Raises InvalidRequest for what is never allowed, QuotaExceeded for what is not now.
    """
    _require_fitting(allowance, pixels, steps)
    _require_room(allowance, waiting)


def require_payable(cents: int, allowance: Allowance, *, granted: int = 0) -> None:
    """Raises InvalidRequest for what costs more than the allowance ever holds.

    `granted` are cents beside it, too few, that are spoken of.
    """
    beside = f" and {credits_of(granted):.2f} of what was granted" if granted else ""
    spans = (
        ("a day", allowance.day_cents),
        ("one go", None if allowance.burst is None else allowance.burst_cents),
        (_span(allowance.window), allowance.burst_cents),
    )
    for span, most in spans:
        if most is not None and cents > most:
            raise InvalidRequest(
                f"That costs {said(cents)}, and you have {credits_of(most):g} for {span}{beside}. "
                "Ask for fewer pictures, a smaller size or fewer steps."
            )


def require_unblocked(why: str, until: datetime | None, now: datetime) -> None:
    """Raises QuotaExceeded while a block holds."""
    if until is not None and until <= now:
        return
    reason = f": {why.rstrip('.')}." if why.strip(" .") else "."
    if until is None:
        raise QuotaExceeded(f"You are blocked until a moderator changes that{reason}")
    raise QuotaExceeded(f"You are blocked until {moment(until, now)}{reason}", retry_at=until)


def cents_of(credits: float) -> int:
    """Whole cents, as they are counted. Raises InvalidRequest where that is no amount."""
    if not (isfinite(credits) and 0 <= credits <= MOST_CREDITS):
        raise InvalidRequest(f"{credits:g} is no amount of credits. Take 0 to {MOST_CREDITS:,.0f}.")
    return round(credits * 100)


def credits_of(cents: int) -> float:
    return cents / 100


def said(cents: int) -> str:
    """Like 1 credit, 2.50 credits."""
    return "1 credit" if cents == 100 else f"{credits_of(cents):.2f} credits"


def moment(at: datetime, now: datetime) -> str:
    """Like 02 March at 00:00 UTC, with its year where that is another; never earlier than it is."""
    whole = at.astimezone(UTC)
    if whole.second or whole.microsecond:
        whole = whole.replace(second=0, microsecond=0) + timedelta(minutes=1)
    year = "" if whole.year == now.astimezone(UTC).year else f" {whole.year}"
    return f"{whole:%d %B}{year} at {whole:%H:%M} UTC"


def _require_fitting(allowance: Allowance, pixels: int, steps: int) -> None:
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


def _require_room(allowance: Allowance, waiting: int) -> None:
    if waiting >= allowance.most_waiting:
        raise QuotaExceeded(
            f"You have {_jobs(waiting)} waiting, and {allowance.most_waiting:,} is the most. "
            "Wait for one to be painted, or cancel one."
        )


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count:,} jobs"


def _span(window: timedelta) -> str:
    minutes = round(window.total_seconds() / 60)
    for length, one, many in ((1440, "a day", "days"), (60, "an hour", "hours")):
        if minutes % length == 0:
            return one if minutes == length else f"{minutes // length} {many}"
    return f"{minutes} minutes"
