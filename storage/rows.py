"""The tables about people and servers: what they may, took, chose, were sent, and their turn."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models import Table

# SQLite numbers rows by itself only where the type is exactly INTEGER.
Number = BigInteger().with_variant(Integer(), "sqlite")


class PersonRow(Table):
    """Somebody who asked for something, and their purse: see `engine.purse.Purse`.

    `terms` are the fields of an Allowance that are this person's own, `roles` the ids of the
    Discord roles that they had last, `preferences` the fields of a request as they like them.
    """

    __tablename__ = "people"
    __table_args__ = (Index(None, "seen"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    tier: Mapped[str | None]
    terms: Mapped[dict[str, Any]]
    roles: Mapped[list[Any]]
    preferences: Mapped[dict[str, Any]]
    day: Mapped[date]
    used: Mapped[int] = mapped_column(BigInteger)
    level: Mapped[float]
    at: Mapped[float]
    seen: Mapped[datetime]


class TierRow(Table):
    """What people of a tier may use. `roles` are ids of Discord roles that give it, the first
    tier by `rank` that fits. The tier `default` is everybody's who has no other."""

    __tablename__ = "tiers"

    name: Mapped[str] = mapped_column(primary_key=True)
    rank: Mapped[int]
    roles: Mapped[list[Any]]
    terms: Mapped[dict[str, Any]]


class GrantRow(Table):
    """Credits that a moderator gave beside the allowance, in cents."""

    __tablename__ = "grants"
    __table_args__ = (Index(None, "owner_id", "expires"),)

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    owner_id: Mapped[str]
    credits: Mapped[int] = mapped_column(BigInteger)
    left: Mapped[int] = mapped_column(BigInteger)
    expires: Mapped[datetime | None]
    granted: Mapped[datetime]


class EntryRow(Table):
    """One movement of credits, in cents. Of each job and kind there is one at most, for ever.

    `day` is the day of the purse that it was taken from; `grants` say which grants, and how much of
    each, where it was taken from those.
    """

    __tablename__ = "entries"
    __table_args__ = (UniqueConstraint("job_id", "kind"), Index(None, "owner_id", "at"))

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"))
    owner_id: Mapped[str]
    kind: Mapped[str]
    credits: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[date]
    grants: Mapped[list[Any]]
    at: Mapped[datetime]


class DeliveryRow(Table):
    """A job whose end somebody far away must be told. Nothing is due once it is `done`.

    `worker` is the program that has it in hand until then.
    """

    __tablename__ = "deliveries"
    __table_args__ = (Index(None, "done", "due"),)

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), primary_key=True)
    tries: Mapped[int]
    due: Mapped[datetime]
    done: Mapped[datetime | None]
    worker: Mapped[str]


class BlockRow(Table):
    """Somebody who may ask for nothing, until then or until it is taken back."""

    __tablename__ = "blocks"

    owner_id: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime | None]
    why: Mapped[str]


class AuditRow(Table):
    """What a moderator did: who, to whom, what, why and when. Only ever added to."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "whom", "at"),)

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    who: Mapped[str]
    whom: Mapped[str]
    what: Mapped[str]
    why: Mapped[str]
    details: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class ServerRow(Table):
    """What was set for a server: see `engine.server.ServerSettings`. `preferences` are those of
    everybody who asks there and has none of their own."""

    __tablename__ = "servers"

    id: Mapped[str] = mapped_column(primary_key=True)
    settings: Mapped[dict[str, Any]]
    preferences: Mapped[dict[str, Any]]


class StyleRow(Table):
    """A style of a person or of a server. `plain` is what all spellings of its name share."""

    __tablename__ = "styles"

    kind: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[str] = mapped_column(primary_key=True)
    plain: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    prompt: Mapped[str]
    negative: Mapped[str]


class KeyRow(Table):
    """A key: see `engine.key.Key`. `digest` is all that is kept of its secret, and of those that
    are not revoked each has another name."""

    __tablename__ = "keys"
    __table_args__ = (
        Index(
            None,
            "name",
            unique=True,
            sqlite_where=text("revoked IS NULL"),
            postgresql_where=text("revoked IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    owner_id: Mapped[str]
    scopes: Mapped[list[Any]]
    digest: Mapped[str]
    added: Mapped[datetime]
    expires: Mapped[datetime | None]
    revoked: Mapped[datetime | None]
    last_used: Mapped[datetime | None]


class LaneRow(Table):
    """How far an owner's virtual time is: see `engine.tally.Tally`."""

    __tablename__ = "lanes"

    owner_id: Mapped[str] = mapped_column(primary_key=True)
    tier: Mapped[int] = mapped_column(BigInteger)
    finish: Mapped[int] = mapped_column(BigInteger)
    served: Mapped[float | None]


class ClockRow(Table):
    """How far the virtual time of a tier is."""

    __tablename__ = "clocks"

    tier: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    clock: Mapped[int] = mapped_column(BigInteger)
