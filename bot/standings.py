"""What people may use and have left, as tables for a terminal."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from math import isqrt

from bot import messages, quota_words
from bot.terms import NAMES
from engine.accounts import Entry, Grant, Standing, Tier
from engine.allowance import Allowance, credits_of
from engine.purse import Kind
from engine.terms import allowance_of

NOTHING = "–"
UNLIMITED, BLOCKED, EXPIRED = "unlimited", "blocked", "expired"
TIER_COLUMNS = (
    "tier",
    "rank",
    "roles",
    "a day",
    "a window",
    "burst",
    "largest",
    "steps",
    "at most",
)
PEOPLE_COLUMNS = ("person", "name", "tier", "used today", "left now", "granted", "")
GRANT_COLUMNS = ("grant", "credits", "left", "given", "until")
ENTRY_COLUMNS = ("when", "job", "", "credits")
KINDS = {Kind.RESERVE: "put aside", Kind.SETTLE: "paid", Kind.REFUND: "given back"}

Row = tuple[str, ...]


def tier_row(tier: Tier) -> Row:
    """Under TIER_COLUMNS."""
    return (
        tier.name,
        str(tier.rank),
        ", ".join(tier.roles) or NOTHING,
        *_limits(allowance_of(tier.terms)),
    )


def person_row(standing: Standing, now: datetime) -> Row:
    """Under PEOPLE_COLUMNS."""
    blocked = standing.block is not None and standing.block.holds(now)
    return (
        standing.owner.id,
        standing.owner.name or NOTHING,
        standing.tier or NOTHING,
        f"{credits_of(standing.purse.used):.2f}",
        _left(standing, now),
        f"{standing.granted(now):.2f}",
        BLOCKED if blocked else "",
    )


def facts(standing: Standing, now: datetime) -> list[Row]:
    """All there is to say of a person, as pairs of a word and what it is."""
    allowance, block = standing.allowance, standing.block
    rows: list[Row] = [
        ("person", f"{standing.owner.id} {standing.owner.name}".strip()),
        ("tier", _tier(standing)),
        ("roles", ", ".join(standing.roles) or NOTHING),
        ("used today", f"{credits_of(standing.purse.used):.2f}"),
        ("left now", _left(standing, now)),
        ("put aside", f"{standing.held:.2f}"),
        ("granted", f"{standing.granted(now):.2f}"),
    ]
    if block is not None and block.holds(now):
        end = when(block.until) if block.until else quota_words.FOR_EVER
        rows.append((BLOCKED, f"until {end}" + (f": {block.why}" if block.why else "")))
    rows += zip(TIER_COLUMNS[3:], _limits(allowance), strict=True)
    rows.append(("priority", str(allowance.tier)))
    rows.append(("weight", f"{allowance.weight:g}"))
    if standing.terms:
        rows.append(
            ("of their own", ", ".join(sorted(NAMES.get(name, name) for name in standing.terms)))
        )
    return rows


def grant_row(grant: Grant, now: datetime) -> Row:
    """Under GRANT_COLUMNS."""
    end = NOTHING if grant.expires is None else when(grant.expires)
    return (
        str(grant.id),
        f"{grant.credits:.2f}",
        f"{grant.left:.2f}",
        when(grant.granted),
        f"{end}, {EXPIRED}" if grant.expired(now) else end,
    )


def entry_row(entry: Entry) -> Row:
    """Under ENTRY_COLUMNS."""
    return (when(entry.at), entry.job, KINDS[entry.kind], f"{entry.credits:.2f}")


def when(at: datetime) -> str:
    """In UTC, to the minute."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


def table(columns: Sequence[str], rows: Sequence[Row]) -> list[str]:
    return messages.columns([columns, *rows]) if rows else []


def _tier(standing: Standing) -> str:
    """With the role that gives it, where one does."""
    by_role = f", by the role {standing.role}" if standing.role else ""
    return f"{standing.tier or NOTHING}{by_role}"


def _left(standing: Standing, now: datetime) -> str:
    """With what was granted, which pays where the allowance does not."""
    left = standing.purse.left(standing.allowance)
    return UNLIMITED if left is None else f"{credits_of(left) + standing.granted(now):.2f}"


def _limits(allowance: Allowance) -> Row:
    """Under the last of TIER_COLUMNS."""
    window = NOTHING
    if allowance.per_window is not None:
        hours = allowance.window.total_seconds() / 3600
        window = f"{allowance.per_window:g} in {hours:g} h"
    largest = allowance.largest_pixels
    return (
        _amount(allowance.per_day),
        window,
        _amount(allowance.burst),
        NOTHING if largest is None else _pixels(largest),
        _amount(allowance.most_steps),
        _most(allowance),
    )


def _pixels(largest: int) -> str:
    side = isqrt(largest) // 8 * 8
    return f"{largest:,} pixels, like {side}×{side}"


def _amount(limit: float | None) -> str:
    return NOTHING if limit is None else f"{limit:g}"


def _most(allowance: Allowance) -> str:
    waiting, running = allowance.most_waiting, allowance.most_running
    most = []
    if waiting < sys.maxsize:
        most.append("1 job waiting" if waiting == 1 else f"{waiting:,} jobs waiting")
    if running < sys.maxsize:
        most.append(f"{messages.pictures(running)} at a time")
    return ", ".join(most) or NOTHING
