"""A key: what a program, or somebody on another machine, opens Easel with."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from string import ascii_lowercase, digits

from engine.job import Owner

LETTERS = ascii_lowercase + digits
ID_LETTERS = 8
SECRET_BYTES = 32
SECRET = re.compile(rf"easel_([{LETTERS}]{{{ID_LETTERS}}})_[A-Za-z0-9_-]{{43}}")
NO_DIGEST = "0" * 64
"""What a secret is compared with that names no key. It is the digest of none that is known."""


class Scope(StrEnum):
    """What a key may be used for."""

    PAINT = "paint"
    READ = "read"
    MODERATE = "moderate"


USUAL = frozenset({Scope.PAINT, Scope.READ})
"""What a key is for unless somebody says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Whoever has its secret is `owner`, as far as `scopes` go.

    `id` is the part of the secret that may be seen. `last_used` is kept to the hour.
    """

    id: str
    name: str
    owner: Owner
    scopes: frozenset[Scope]
    added: datetime
    expires: datetime | None = None
    revoked: datetime | None = None
    last_used: datetime | None = None

    @property
    def beginning(self) -> str:
        """Of its secret, so that people can tell which one it is."""
        return f"easel_{self.id}"

    def expired(self, now: datetime) -> bool:
        return self.expires is not None and self.expires <= now

    def opens(self, now: datetime) -> bool:
        # However the clock goes: what was revoked stays so.
        return self.revoked is None and not self.expired(now)

    def unnoted_hour(self, now: datetime) -> datetime | None:
        """The hour in which it is used now, where that is not noted yet."""
        hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return hour if self.last_used is None or self.last_used < hour else None


def own_person(name: str) -> Owner:
    """Who paints with a key of that name that belongs to nobody else."""
    return Owner(id=f"key:{name}", name=name)


def new_secret() -> tuple[str, str]:
    """The id of a key, and the secret that begins with it."""
    id = "".join(secrets.choice(LETTERS) for _ in range(ID_LETTERS))
    return id, f"easel_{id}_{secrets.token_urlsafe(SECRET_BYTES)}"


def id_in(secret: str) -> str:
    """The id of the key that it may be the secret of; nothing where it is none."""
    found = SECRET.fullmatch(secret)
    return found[1] if found else ""


def digest_of(secret: str) -> str:
    """All that is kept of a secret. There is nothing to guess in it, so it needs no salt."""
    # From a header it may hold halves of letters.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def fits(secret: str, digest: str | None) -> bool:
    """Whether the digest is of that secret; compared even where there is none.

    How long it takes says neither how much of it fits nor whether there is such a key.
    """
    return hmac.compare_digest(digest_of(secret), digest or NO_DIGEST)
