"""What somebody may use: the limits of a person, and credits as people read them."""

import sys
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite, isqrt

from engine.card import ModelCard
from engine.errors import InvalidRequest, QuotaExceeded
from engine.phrase import Moment, Phrase, phrase_of

MOST_CREDITS = 1e9
"""More would be 30 years of the painter, and must not be more than a database can count."""
SMALLEST = 64 * 64
BLOCKED = "You are blocked "
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
                "A window of {span} cannot be kept. Take a minute to 366 days.",
                span=_span(self.window),
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
            raise InvalidRequest(
                "{weight:g} is no weight. Take 0.001 to 1,000.", weight=self.weight
            )

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


async def unlimited(owner: str, roles: Collection[str] | None = None) -> Allowance:
    return UNLIMITED


def require_possible(
    allowance: Allowance,
    *,
    pixels: int,
    steps: int,
    waiting: int,
    card: ModelCard | None = None,
    upscaled: bool = False,
) -> None:
    """What must be so before credits are asked for: size, steps, and the jobs that wait already.

    Raises InvalidRequest for what is never allowed, QuotaExceeded for what is not now.
    """
    _require_small(allowance, pixels, None if upscaled else _square(allowance, card))
    _require_few_steps(allowance, steps)
    _require_room(allowance, waiting)


def require_payable(cents: int, allowance: Allowance, *, granted: int = 0) -> None:
    """Raises InvalidRequest for what costs more than the allowance ever holds.

    `granted` are cents beside it, too few, that are spoken of.
    """
    spans = (
        (Phrase("a day"), allowance.day_cents),
        (Phrase("one go"), None if allowance.burst is None else allowance.burst_cents),
        (_span(allowance.window), allowance.burst_cents),
    )
    for span, most in spans:
        if most is None or cents <= most:
            continue
        if granted:
            raise InvalidRequest(
                "That costs {price}, and you have {most:g} for {span} and {granted:.2f} of what "
                "was granted. Ask for fewer pictures, a smaller size or fewer steps.",
                price=said(cents),
                most=credits_of(most),
                span=span,
                granted=credits_of(granted),
            )
        raise InvalidRequest(
            "That costs {price}, and you have {most:g} for {span}. Ask for fewer pictures, a "
            "smaller size or fewer steps.",
            price=said(cents),
            most=credits_of(most),
            span=span,
        )


def require_unblocked(why: str, until: datetime | None, now: datetime) -> None:
    """Raises QuotaExceeded while a block holds."""
    if until is not None and until <= now:
        return
    reason = why.rstrip(".") if why.strip(" .") else ""
    if until is None and reason:
        raise QuotaExceeded("You are blocked until a moderator changes that: {why}.", why=reason)
    if until is None:
        raise QuotaExceeded("You are blocked until a moderator changes that.")
    end = moment(until, now)
    if reason:
        raise QuotaExceeded(
            "You are blocked until {end}: {why}.", end=end, why=reason, retry_at=until
        )
    raise QuotaExceeded("You are blocked until {end}.", end=end, retry_at=until)


def tells_of_block(words: str) -> bool:
    """Whether that is what `require_unblocked` says no with."""
    return phrase_of(words).sentence.startswith(BLOCKED)


def cents_of(credits: float) -> int:
    """Whole cents, as they are counted. Raises InvalidRequest where that is no amount."""
    if not (isfinite(credits) and 0 <= credits <= MOST_CREDITS):
        raise InvalidRequest(
            "{credits:g} is no amount of credits. Take 0 to {most:,.0f}.",
            credits=credits,
            most=MOST_CREDITS,
        )
    return round(credits * 100)


def credits_of(cents: int) -> float:
    return cents / 100


def said(cents: int) -> Phrase:
    """Like 1 credit, 2.50 credits."""
    if cents == 100:
        return Phrase("1 credit")
    return Phrase("{credits:.2f} credits", credits=credits_of(cents))


def moment(at: datetime, now: datetime) -> Moment:
    """Like 02 March at 00:00 UTC, with its year where that is another; never earlier than it is."""
    whole = at.astimezone(UTC)
    if whole.second or whole.microsecond:
        whole = whole.replace(second=0, microsecond=0) + timedelta(minutes=1)
    year = "" if whole.year == now.astimezone(UTC).year else f" {whole.year}"
    return Moment(f"{whole:%d %B}{year} at {whole:%H:%M} UTC", at)


def _require_small(allowance: Allowance, pixels: int, side: int | None) -> None:
    """`side` is that of a square that may be had, where one is known."""
    largest = allowance.largest_pixels
    if largest is None or pixels <= largest:
        return
    if side is None:
        raise InvalidRequest(
            "That picture has {pixels:,} pixels, and {largest:,} is the most that you may have. "
            "Take a smaller size or upscale.",
            pixels=pixels,
            largest=largest,
        )
    raise InvalidRequest(
        "That picture has {pixels:,} pixels, and {largest:,} is the most that you may have. "
        "Try {side}x{side}.",
        pixels=pixels,
        largest=largest,
        side=side,
    )


def _square(allowance: Allowance, card: ModelCard | None) -> int | None:
    side, step = isqrt(allowance.largest_pixels or 0), 8
    if card is not None:
        side, step = min(side, card.largest), card.multiple
    side = side // step * step
    return side if side * side >= SMALLEST else None


def _require_few_steps(allowance: Allowance, steps: int) -> None:
    most = allowance.most_steps
    if most is not None and steps > most:
        raise InvalidRequest(
            "That is {steps} steps, and {most} is the most that you may have. Try --steps {most}.",
            steps=steps,
            most=most,
        )


def _require_room(allowance: Allowance, waiting: int) -> None:
    if waiting >= allowance.most_waiting:
        raise QuotaExceeded(
            "You have {jobs} waiting, and {most:,} is the most. Wait for one to be painted, or "
            "cancel one.",
            jobs=_jobs(waiting),
            most=allowance.most_waiting,
        )


def _jobs(count: int) -> Phrase:
    return Phrase("1 job") if count == 1 else Phrase("{count:,} jobs", count=count)


def _span(window: timedelta) -> Phrase:
    minutes = round(window.total_seconds() / 60)
    if minutes % 1440 == 0:
        days = minutes // 1440
        return Phrase("a day") if days == 1 else Phrase("{count} days", count=days)
    if minutes % 60 == 0:
        hours = minutes // 60
        return Phrase("an hour") if hours == 1 else Phrase("{count} hours", count=hours)
    return Phrase("{count} minutes", count=minutes)
