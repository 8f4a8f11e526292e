"""How it looks to moderators what a person or a tier may use."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.discord.looks.deeds import named
from bot.discord.looks.lines import fitting
from bot.discord.messages.parts import LONGEST_TEXT, Post, text
from bot.discord.speech.shown import shown
from bot.discord.speech.words import say
from bot.standings import NOTHING, TIER_COLUMNS, facts, tier_row
from engine.accounts import Grant, Standing, Tier
from engine.terms import allowance_of

MOST_TIERS, MOST_GRANTS = 12, 10
LONGEST = 280
PERSON, TIER, ROLES = "person", "tier", "roles"


def standing(standing: Standing, now: datetime, said: Iterable[str]) -> Post:
    """`said` is what has just been done about it."""
    lines = [named(standing.owner.id), *said]
    # What is not there is not said.
    there = ((name, value) for name, value in facts(standing, now) if value != NOTHING)
    for name, value in there:
        if name == ROLES:
            lines.append(f"**{name}** {_roles(standing.roles)}")
        elif name == TIER:
            role = f" {_roles([standing.role])}" if standing.role else ""
            lines.append(f"**{name}** {shown(standing.tier or NOTHING, LONGEST)}{role}")
        elif name != PERSON:
            lines.append(f"**{name}** {shown(value, LONGEST)}")
    paying = [grant for grant in standing.grants if grant.left > 0 and not grant.expired(now)]
    lines += [_grant(grant) for grant in paying[-MOST_GRANTS:]]
    return Post(parts=(text("\n".join(lines)),))


def tiers(tiers: Sequence[Tier], said: str) -> Post:
    lines = [said] if said else []
    there = [_tier(tier) for tier in tiers[:MOST_TIERS]] or [say("mod.tier.nothing")]
    more = say("mod.tier.more", count=len(tiers))
    kept = fitting(there, LONGEST_TEXT - len(said) - len(more) - 2) or there[:1]
    lines += kept
    if len(kept) < len(tiers):
        lines.append(say("mod.tier.more", count=len(tiers) - len(kept)))
    return Post(parts=(text("\n".join(lines)),))


def _tier(tier: Tier) -> str:
    allowance = allowance_of(tier.terms)
    cells = dict(zip(TIER_COLUMNS[1:], tier_row(tier)[1:], strict=True))
    cells |= {"priority": str(allowance.tier), "weight": f"{allowance.weight:g}"}
    cells[ROLES] = _roles(tier.roles) or NOTHING
    told = (f"{name} {value}" for name, value in cells.items() if value != NOTHING)
    return f"**{shown(tier.name, LONGEST)}** · {' · '.join(told)}"


def _grant(grant: Grant) -> str:
    if grant.expires is None:
        return say("mod.quota.grant", grant=grant.id, left=grant.left, credits=grant.credits)
    return say(
        "mod.quota.grant_until",
        grant=grant.id,
        left=grant.left,
        credits=grant.credits,
        end=f"<t:{round(grant.expires.timestamp())}:f>",
    )


def _roles(roles: Sequence[str]) -> str:
    return " ".join(f"<@&{role}>" for role in roles)
