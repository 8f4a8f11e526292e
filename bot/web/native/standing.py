"""Standings as programs read them: what somebody may use, has left, and was given."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import floor

from bot.web.native.told import Told, later
from engine.accounts import Grant, Standing
from engine.allowance import credits_of


class ToldCredits(Told):
    """The span of which least is left; it `renews` whole then, unless something is taken."""

    left: float
    of: float
    period: str
    renews: datetime | None


class ToldLimits(Told):
    """None is no limit."""

    pixels: int | None
    steps: int | None
    waiting: int | None
    at_once: int | None


class ToldBlock(Told):
    """Without an end until a moderator takes it back."""

    why: str
    until: datetime | None


class ToldStanding(Told):
    """`credits` are None where they are unlimited. `granted` is beside them, `held` is put aside
    for jobs that have not ended."""

    owner: str
    name: str
    tier: str | None
    unlimited: bool
    credits: ToldCredits | None
    granted: float
    held: float
    limits: ToldLimits
    blocked: ToldBlock | None


class ToldGrant(Told):
    """Credits that were given beside the allowance."""

    id: int
    credits: float
    left: float
    granted: datetime
    expires: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """In cents."""

    left: int
    of: int
    period: str
    renews: datetime | None


def told_standing(standing: Standing, now: datetime) -> ToldStanding:
    spans = list(_spans(standing, now))
    block = standing.block
    blocked = block is not None and block.holds(now)
    return ToldStanding(
        owner=standing.owner.id,
        name=standing.owner.name,
        tier=standing.tier,
        unlimited=not spans,
        credits=_told_credits(min(spans, key=lambda span: (span.left, span.of))) if spans else None,
        granted=standing.granted(now),
        held=standing.held,
        limits=_limits(standing),
        blocked=ToldBlock(why=block.why, until=block.until) if block and blocked else None,
    )


def told_grant(grant: Grant) -> ToldGrant:
    return ToldGrant(
        id=grant.id,
        credits=grant.credits,
        left=grant.left,
        granted=grant.granted,
        expires=grant.expires,
    )


def _told_credits(span: _Span) -> ToldCredits:
    return ToldCredits(
        left=credits_of(span.left),
        of=credits_of(span.of),
        period=span.period,
        renews=span.renews,
    )


def _spans(standing: Standing, now: datetime) -> Iterator[_Span]:
    """Of the day and of the window, each where there is a limit."""
    allowance, purse = standing.allowance, standing.purse
    if (day := allowance.day_cents) is not None:
        today = now.astimezone(UTC)
        midnight = datetime(today.year, today.month, today.day, tzinfo=UTC) + timedelta(days=1)
        renews = midnight if purse.used else None
        yield _Span(left=max(0, day - purse.used), of=day, period="day", renews=renews)
    if (burst := allowance.burst_cents) is not None:
        full = None
        if purse.level >= 1 and allowance.flow > 0:
            full = later(now, purse.level / allowance.flow)
        left = max(0, floor(burst - purse.level))
        yield _Span(left=left, of=burst, period=_called(allowance.window), renews=full)


def _called(window: timedelta) -> str:
    """Like hour, 3 hours: what follows “so many a”."""
    minutes = round(window.total_seconds() / 60)
    for name, length in (("day", 1440), ("hour", 60)):
        if minutes % length == 0:
            count = minutes // length
            return name if count == 1 else f"{count} {name}s"
    return "minute" if minutes == 1 else f"{minutes} minutes"


def _limits(standing: Standing) -> ToldLimits:
    allowance = standing.allowance
    return ToldLimits(
        pixels=allowance.largest_pixels,
        steps=allowance.most_steps,
        waiting=_or_none(allowance.most_waiting),
        at_once=_or_none(allowance.most_running),
    )


def _or_none(most: int) -> int | None:
    return most if most < sys.maxsize else None
