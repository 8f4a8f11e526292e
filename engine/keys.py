"""Keys: where they are kept, added, found by their secret, and revoked."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from engine.accounts import Act
from engine.errors import InvalidRequest, NotFound
from engine.job import Owner
from engine.key import Key, Scope, new_secret
from engine.moderation import LOCAL, person, require_later, told_time
from engine.nearest import did_you_mean
from engine.phrase import Phrase

NAME = re.compile(r"[A-Za-z0-9._-]{1,40}")
ADDED, REVOKED = "add key", "revoke key"
"""What the audit calls it."""


class Keys(Protocol):
    """Every call is one transaction; what is added and revoked is in the audit, no secret is."""

    async def add(
        self,
        name: str,
        owner: Owner,
        scopes: Collection[Scope],
        expires: datetime | None,
        now: datetime,
        *,
        who: str = LOCAL,
        why: str = "",
    ) -> tuple[Key, str]:
        """The key and its secret, which is never told again. `who` adds it, and `why`.

        Raises InvalidRequest for what is no name, no person or over already, and where a key that
        is not revoked has that name.
        """
        ...

    async def open(self, secret: str, now: datetime) -> Key | None:
        """The key of that secret, unless it expired or was revoked. Notes the hour."""
        ...

    async def key(self, id: str, now: datetime) -> Key | None:
        """The same for somebody who was let in with it before."""
        ...

    async def opening(self, ids: Collection[str], now: datetime) -> Mapping[str, Collection[Scope]]:
        """For what those of these keys are that still open. Notes nothing."""
        ...

    async def all(self) -> Sequence[Key]:
        """Also those that open nothing any more; as they were added."""
        ...

    async def revoke(self, name: str, now: datetime, *, who: str = LOCAL, why: str = "") -> Key:
        """It opens nothing any more. Raises NotFound where no key has that name, or no more."""
        ...


def new_key(
    name: str, owner: Owner, scopes: Collection[Scope], expires: datetime | None, act: Act
) -> tuple[Key, str]:
    """A key to keep and its secret. Raises InvalidRequest."""
    if not NAME.fullmatch(name):
        raise InvalidRequest(
            "A key's name has up to 40 letters from a to z, digits, and - _ . like my-site."
        )
    if not scopes:
        raise InvalidRequest("A key for nothing is none. Choose from {all}.", all=", ".join(Scope))
    person(owner.id)
    require_later(expires, act)
    id, secret = new_secret()
    key = Key(
        id=id, name=name, owner=owner, scopes=frozenset(scopes), added=act.at, expires=expires
    )
    return key, secret


def in_order(scopes: Collection[Scope]) -> list[Scope]:
    """As they are kept and told."""
    return [scope for scope in Scope if scope in scopes]


def told_key(key: Key) -> Mapping[str, Any]:
    """A new key as the audit keeps it."""
    return {
        "person": key.owner.id,
        "scopes": in_order(key.scopes),
        "expires": told_time(key.expires),
    }


def name_taken(name: str) -> InvalidRequest:
    return InvalidRequest(
        "There is a key “{name}” already. Take another name, or revoke that one first: "
        "`easel keys revoke {name}`.",
        name=name,
    )


def no_key(name: str, known: Collection[str]) -> NotFound:
    """`known` are the names of those that could be revoked."""
    mend = did_you_mean(name, known) if known else Phrase("There are none.")
    return NotFound("There is no key “{name}” to revoke. {mend}", name=name[:60], mend=mend)
