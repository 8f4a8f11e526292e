"""Accounts: what people may use and have left, and what moderators do about it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from engine.allowance import Allowance
from engine.job import Owner
from engine.purse import Kind, Purse
from engine.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who does something as a moderator, when, why, and on which server.

    A `key` says that it is done once, however often it is asked for.
    """

    who: str
    at: datetime
    why: str = ""
    where: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What a moderator did. `whom` is a person's id, or `tier` and its name, or the queue."""

    id: int
    who: str
    whom: str
    what: str
    why: str
    details: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """What people may use who have it: by name, or by one of these Discord roles.

    Of several by role, the one with the lowest rank counts.
    """

    name: str
    rank: int = 0
    roles: tuple[str, ...] = ()
    terms: Terms = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Credits that a moderator gave beside the allowance."""

    id: int
    owner: str
    credits: float
    left: float
    granted: datetime
    expires: datetime | None = None

    def expired(self, now: datetime) -> bool:
        return self.expires is not None and self.expires <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Somebody may ask for nothing, until then or until it is taken back."""

    why: str
    until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        return self.until is None or self.until > now


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One movement of credits, of a job."""

    job: str
    owner: str
    kind: Kind
    credits: float
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What somebody may use and has left. `held` is put aside for jobs that have not ended.

    `roles` are those that they had last; `role` is the one that gives the tier, where one does.
    """

    owner: Owner
    known: bool
    tier: str | None
    role: str | None = None
    roles: tuple[str, ...] = ()
    terms: Terms
    allowance: Allowance
    purse: Purse
    held: float = 0.0
    grants: tuple[Grant, ...] = ()
    block: Block | None = None

    def granted(self, now: datetime) -> float:
        return round(sum(grant.left for grant in self.grants if not grant.expired(now)), 2)


class Accounts(Protocol):
    """Who may use what. Every call is one transaction; what is done to somebody is in the audit."""

    async def allowance(self, owner: str, roles: Collection[str] | None = None) -> Allowance:
        """What that person may use now, who has these Discord roles.

        They are remembered: None is those of the last time, and an empty collection is none.
        """
        ...

    async def standing(
        self, owner: str, now: datetime, roles: Collection[str] | None = None
    ) -> Standing:
        """Also of somebody who has never asked for anything. Remembers no roles."""
        ...

    async def people(self, most: int = 50, *, search: str = "") -> Sequence[Owner]:
        """Who is known, those first who asked for something last.

        With a search those whose id or name has it in it, whatever the case of its letters.
        """
        ...

    async def tiers(self) -> Sequence[Tier]:
        """In the order in which roles are looked for."""
        ...

    async def entries(self, owner: str, most: int = 20) -> Sequence[Entry]:
        """The last movements of that person's credits, newest first."""
        ...

    async def grant(
        self, owner: str, credits: float, act: Act, *, expires: datetime | None = None
    ) -> Grant:
        """Give credits beside the allowance. Whoever is not known yet is then.

        With a key that the same moderator gave them something with before it is the grant of that
        time. Raises InvalidRequest where that was another.
        """
        ...

    async def take_back_grant(self, grant: int, act: Act) -> None:
        """What is left of it pays nothing any more. Raises NotFound where it is none or expired."""
        ...

    async def set_terms(
        self, owner: str, terms: Terms, act: Act, *, forget: Collection[str] = ()
    ) -> None:
        """Change a person's own terms; those to forget are the tier's again."""
        ...

    async def set_tier(self, owner: str, tier: str | None, act: Act) -> None:
        """None is whatever the roles give. Raises InvalidRequest for an unknown tier."""
        ...

    async def change_tier(
        self,
        name: str,
        terms: Terms,
        act: Act,
        *,
        forget: Collection[str] = (),
        roles: Collection[str] | None = None,
        rank: int | None = None,
    ) -> None:
        """Change a tier, or make it. What is None stays as it is."""
        ...

    async def remove_tier(self, name: str, act: Act) -> None:
        """Whoever had it has what the roles give. Raises InvalidRequest for an unknown tier."""
        ...

    async def block(self, owner: str, act: Act, *, until: datetime | None = None) -> None:
        """The reason is told to the person. A later block stands in the place of an earlier one."""
        ...

    async def block_of(self, owner: str) -> Block | None:
        """The last one, which may be over; None where it was taken back."""
        ...

    async def unblock(self, owner: str, act: Act) -> None:
        """Raises NotFound where nothing blocks them."""
        ...

    async def note(self, whom: str, what: str, act: Act, details: Mapping[str, Any]) -> None:
        """Put a deed into the audit that was done elsewhere, or is done by being there."""
        ...

    async def audit(
        self,
        *,
        whom: str | None = None,
        server: str | None = None,
        before: int | None = None,
        most: int = 50,
    ) -> Sequence[Deed]:
        """What moderators did, newest first; what was before the deed of that id.

        With a server only what was done on it, or to it.
        """
        ...
