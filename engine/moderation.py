"""What moderators may do: whose tier counts, what can be given and changed, and what cannot."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from engine.accounts import Act, Deed, Tier
from engine.allowance import Allowance, cents_of, credits_of
from engine.errors import InvalidRequest, NotFound
from engine.nearest import did_you_mean
from engine.phrase import Phrase
from engine.terms import Terms, allowance_of

LOCAL = "local"
"""Whoever sits at this machine: unlimited, unless somebody said otherwise of them."""
EVERYBODY = "default"
"""The tier of those who have no other."""
A_PERSON = re.compile(rf"discord:[0-9]{{1,20}}|{LOCAL}|key:.*\S.*", re.ASCII)
LONGEST_ID = 200
LONGEST_WHY = 1000
HIGHEST_RANK = 2**31 - 1
SERVER = "server"
"""What the details of a deed call where it was done."""
KEY = "key"
"""What they call that by which it is known as the same."""
GRANT = "grant"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When somebody was seen who has asked for nothing yet, and whose roles are known."""


def tier_of(
    owner: str, named: str | None, roles: Collection[str], tiers: Sequence[Tier]
) -> Tier | None:
    """The tier that was given by name, or else by a role, or else everybody's.

    Whoever sits at this machine has none but by name.
    """
    by_name = {tier.name: tier for tier in tiers}
    if named in by_name:
        return by_name[named]
    if owner == LOCAL:
        return None
    for tier in sorted(tiers, key=lambda tier: (tier.rank, tier.name)):
        if not set(roles).isdisjoint(tier.roles):
            return tier
    return by_name.get(EVERYBODY)


def role_of(tier: Tier | None, named: str | None, roles: Collection[str]) -> str | None:
    """The role by which somebody has that tier; None where it is not by a role."""
    if tier is None or tier.name == named:
        return None
    return next((role for role in tier.roles if role in set(roles)), None)


def allowance_for(terms: Terms, tier: Tier | None) -> Allowance:
    """A person's own terms go before the tier's; who has neither has no limits."""
    return allowance_of(tier.terms if tier else {}, terms)


def whom(tier: str) -> str:
    """A tier as the audit calls it."""
    return f"tier {tier}"


def server_called(server: str) -> str:
    """A server as the audit calls it."""
    return f"server {server}"


def noted(act: Act, details: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a deed, with the server on which it was done."""
    told = dict(details)
    if act.where:
        told[SERVER] = act.where
    if act.key is not None:
        told[KEY] = act.key
    return told


def concerns(deed: Deed, server: str) -> bool:
    """Whether it was done on that server, or to it."""
    return deed.details.get(SERVER) == server or deed.whom == server_called(server)


def is_tier(whom: str) -> bool:
    """Whether that is what the audit calls a tier."""
    return whom.startswith("tier ")


def is_person(owner: str) -> bool:
    """Whether it has the form of an id that somebody can have."""
    return len(owner) <= LONGEST_ID and owner.isprintable() and bool(A_PERSON.fullmatch(owner))


def person(owner: str) -> str:
    """The id, if it can be one. Raises InvalidRequest."""
    if not is_person(owner):
        raise InvalidRequest("That is no person's id. They look like discord:42 or local.")
    return owner


def tier_named(name: str) -> str:
    """The name, if it can be a tier's. Raises InvalidRequest."""
    if not name or len(name) > LONGEST_ID or not name.isprintable() or " " in name:
        raise InvalidRequest("A tier's name is one word, like member.")
    return name


def unknown_tier(name: str, known: Collection[str]) -> InvalidRequest:
    there = did_you_mean(name, known) if known else Phrase("There are none yet.")
    return InvalidRequest("There is no tier “{name}”. {mend}", name=name, mend=there)


def reason(why: str) -> str:
    """Why something was done, as it is kept: on one line, and without what cannot be written."""
    line = " ".join(why.split())
    return "".join(letter for letter in line if letter.isprintable())[:LONGEST_WHY]


def role_ids(roles: Collection[str]) -> list[str]:
    """Ids of Discord roles, each once. Raises InvalidRequest."""
    for role in roles:
        if not role.strip() or len(role) > LONGEST_ID or not role.isprintable():
            raise InvalidRequest(
                "That is no role's id. They are long numbers, like 81384788765712384."
            )
    return list(dict.fromkeys(role.strip() for role in roles))


def seen_roles(roles: Collection[str]) -> list[str]:
    """As they are remembered, so that the same ones are equal. Raises InvalidRequest."""
    return sorted(role_ids(roles))


def changed(before: Terms, terms: Terms, forget: Collection[str]) -> dict[str, Any]:
    """The terms afterwards. Raises InvalidRequest where together they cannot be kept."""
    after = {name: value for name, value in before.items() if name not in forget} | dict(terms)
    allowance_of(after)
    return after


def granted_cents(credits: float, act: Act, expires: datetime | None) -> int:
    """Raises InvalidRequest for what is no gift."""
    cents = cents_of(credits)
    if cents == 0:
        raise InvalidRequest("A grant of nothing is none. Give 0.01 credits or more.")
    require_later(expires, act)
    return cents


def told_grant(number: int, cents: int, expires: datetime | None) -> dict[str, Any]:
    """A grant as the audit keeps it."""
    return {"grant": number, "credits": credits_of(cents), "expires": told_time(expires)}


def granted_before(deeds: Iterable[Deed], told: Mapping[str, Any], act: Act) -> int | None:
    """The grant of such a deed that somebody did with the same key before.

    Raises InvalidRequest where it was another.
    """
    for deed in deeds:
        if (deed.who, deed.what) != (act.who, GRANT) or deed.details.get(KEY) != act.key:
            continue
        if any(deed.details[name] != told[name] for name in ("credits", "expires")):
            raise InvalidRequest("That key came with another grant before. Take a new one.")
        return int(deed.details["grant"])
    return None


def require_later(end: datetime | None, act: Act) -> None:
    if end is not None and end <= act.at:
        raise InvalidRequest("That would be over already. Choose a later end.")


def ranked(rank: int) -> int:
    """Raises InvalidRequest for what is no rank."""
    if abs(rank) > HIGHEST_RANK:
        raise InvalidRequest(
            "{rank} is no rank. Take a whole number up to {most:,}.", rank=rank, most=HIGHEST_RANK
        )
    return rank


def told_time(moment: datetime | None) -> str | None:
    """A moment as the audit keeps it."""
    return None if moment is None else moment.isoformat()


def told_tier(tier: Tier) -> Mapping[str, Any]:
    """A tier as the audit keeps it."""
    return {"rank": tier.rank, "roles": list(tier.roles), "terms": dict(tier.terms)}


def no_grant(grant: int) -> NotFound:
    return NotFound("There is no grant {grant} that still pays.", grant=grant)


def not_blocked(owner: str) -> NotFound:
    return NotFound("{person} is not blocked.", person=owner)
