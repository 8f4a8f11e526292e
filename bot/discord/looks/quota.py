"""How it looks what somebody may use: bars for what is left, and when the rest is back."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import isqrt

from bot.discord.messages.parts import Post, text
from bot.discord.speech.shown import shown
from bot.discord.speech.words import say
from engine.accounts import Standing
from engine.allowance import Allowance, credits_of

LENGTH = 12
FULL, EMPTY = "▰", "▱"
LONGEST_WHY = 500
MOST_GRANTS = 10


def standing(standing: Standing, now: datetime, *, waiting: int, price: str | None) -> Post:
    """`price` is what is said of a usual picture, `waiting` how many of theirs are in line."""
    allowance, block = standing.allowance, standing.block
    parts = [text(f"**{_title(standing)}**")]
    blocked = block is not None and block.holds(now)
    if block is not None and blocked:
        parts.append(text(_blocked(block.why, block.until)))
    # Whoever may ask for nothing is told of no credits without end.
    credits = [*_spans(standing, now)] or ([] if blocked else [say("quota.unlimited")])
    credits += _grants(standing, now)
    if standing.held:
        credits.append(say("quota.held", credits=standing.held))
    limits = [*_limits(allowance, waiting), *([price] if price and not blocked else [])]
    # Discord takes no empty text.
    told = ("\n".join(credits), "\n".join(f"-# {line}" for line in limits))
    parts += [text(lines) for lines in told if lines]
    return Post(parts=tuple(parts))


def bar(share: float) -> str:
    """From nothing at 0 to full at 1; only what is really empty or full looks so."""
    share = min(1.0, max(0.0, share))
    full = round(share * LENGTH)
    if 0 < share < 1:
        full = min(LENGTH - 1, max(1, full))
    return FULL * full + EMPTY * (LENGTH - full)


def _title(standing: Standing) -> str:
    if standing.tier is None:
        return say("quota.no_tier")
    return say("quota.tier", tier=shown(standing.tier, 100))


def _blocked(why: str, until: datetime | None) -> str:
    reason = shown(why, LONGEST_WHY) if why.strip() else say("quota.no_reason")
    if until is None:
        return say("quota.blocked", why=reason)
    return say("quota.blocked_until", end=f"<t:{round(until.timestamp())}:f>", why=reason)


def _spans(standing: Standing, now: datetime) -> Iterator[str]:
    """What is left of the day and of the window, each where there is a limit."""
    allowance, purse = standing.allowance, standing.purse
    day, burst = allowance.day_cents, allowance.burst_cents
    if day is not None:
        left = max(0, day - purse.used)
        midnight = datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
        yield _span(say("quota.day"), left, day, midnight if purse.used else None)
    if burst is not None:
        left = max(0, burst - round(purse.level))
        back = None
        if purse.level >= 1 and allowance.flow > 0:
            back = now + timedelta(seconds=purse.level / allowance.flow)
        hours = allowance.window.total_seconds() / 3600
        yield _span(say("quota.window", hours=f"{hours:g}"), left, burst, back)


def _span(name: str, left: int, most: int, back: datetime | None) -> str:
    amount = say("quota.left", left=credits_of(left), most=credits_of(most))
    line = f"{name} {bar(left / most if most else 0)} {amount}"
    return f"{line} · {say('quota.back', when=_moment(back))}" if back else line


def _grants(standing: Standing, now: datetime) -> Iterator[str]:
    there = [grant for grant in standing.grants if grant.left > 0 and not grant.expired(now)]
    for grant in there[:MOST_GRANTS]:
        if grant.expires is None:
            yield say("quota.granted", left=grant.left, credits=grant.credits)
        else:
            end = _moment(grant.expires)
            yield say("quota.granted_until", left=grant.left, credits=grant.credits, end=end)
    if len(there) > MOST_GRANTS:
        yield say("quota.granted_all", credits=standing.granted(now))


def _limits(allowance: Allowance, waiting: int) -> Iterator[str]:
    if allowance.most_waiting < sys.maxsize:
        yield say("quota.waiting", waiting=waiting, most=allowance.most_waiting)
    elif waiting:
        yield say("quota.waiting_freely", waiting=waiting)
    if allowance.most_running < sys.maxsize:
        yield say("quota.running", most=allowance.most_running)
    if allowance.largest_pixels is not None:
        side = isqrt(allowance.largest_pixels) // 8 * 8
        yield say("quota.largest", pixels=allowance.largest_pixels, side=side)
    if allowance.most_steps is not None:
        yield say("quota.steps", most=allowance.most_steps)


def _moment(at: datetime) -> str:
    """Discord says it in the reader's time."""
    return f"<t:{round(at.timestamp())}:R>"
