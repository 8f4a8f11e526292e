"""What every table shares, the table of jobs, and how a row becomes a job again."""

import logging
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    Index,
    MetaData,
    Row,
    TypeDecorator,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from engine.errors import InvalidRequest
from engine.job import Job, Owner, Status, Tile, recipe_of
from engine.outline import model_of
from engine.phrase import read, written
from engine.request import ImageRequest
from storage.words import Words

log = logging.getLogger(__name__)


def utc(moment: datetime) -> datetime:
    """The same moment in UTC. One without a time zone is no moment at all."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in and out, because SQLite forgets the zone even when told to keep it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Table(DeclarativeBase):
    """What every table shares. Constraints have names, or a later migration cannot drop them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class, as its own pages show
        str: Words,
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }


class JobRow(Table):
    __tablename__ = "jobs"
    __table_args__ = (
        # The keys of one person never answer another.
        UniqueConstraint("owner_id", "key"),
        Index(None, "owner_id", "submitted"),
        Index(None, "owner_id", "status"),
        Index(None, "status", "submitted"),
        Index(None, "status", "lease"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str | None]
    sent: Mapped[str | None]
    """None in what was recorded before it was kept, and in what came without a key."""
    owner_id: Mapped[str]
    owner_name: Mapped[str]
    origin: Mapped[str]
    request: Mapped[dict[str, Any]]
    tiles: Mapped[list[Any]]
    price: Mapped[float]
    spent: Mapped[float]
    status: Mapped[str]
    attempt: Mapped[int]
    problem: Mapped[str]
    reply: Mapped[str]
    worker: Mapped[str]
    lease: Mapped[datetime | None]
    submitted: Mapped[datetime]
    tile_count: Mapped[int]
    """Apart from the tiles, which need not be read to know it."""
    model: Mapped[str] = mapped_column(server_default="")
    """What its first tile is painted with; empty in what was recorded before it was kept."""
    tier: Mapped[int] = mapped_column(BigInteger)
    clock: Mapped[int] = mapped_column(BigInteger)


UNREADABLE = "…"
"""The prompt of what cannot be read at all."""


def countable(number: int) -> int:
    """The nearest that a database can count to."""
    return max(-(2**62), min(2**62, number))


def in_order(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """True of the jobs of which all that is so, which are locked one after the other.

    Two who change several of the same would else wait for each other. Whoever changes them says
    the conditions again: they may hold no more once the lock is there.
    """
    return JobRow.id.in_(select(JobRow.id).where(*which).order_by(JobRow.id).with_for_update())


def row_of_job(job: Job) -> JobRow:
    return JobRow(
        id=job.id,
        key=job.key,
        sent=job.sent,
        owner_id=job.owner.id,
        owner_name=job.owner.name,
        origin=job.origin,
        request=job.request.model_dump(mode="json"),
        tiles=[asdict(tile) for tile in job.tiles],
        price=job.price,
        spent=job.spent,
        status=job.status,
        attempt=job.attempt,
        problem=written(job.problem),
        reply=job.reply,
        worker="",
        lease=None,
        submitted=job.submitted,
        tile_count=len(job.tiles),
        model=model_of(job),
        tier=job.tier,
        clock=countable(job.clock),
    )


def job_of_row(row: JobRow | Row[Any]) -> Job:
    """One that this program cannot read has no tiles, and asks for no more than its prompt."""
    try:
        request, tiles = _request_of(row.request), tiles_of(row.tiles)
    except (InvalidRequest, LookupError, TypeError, ValueError) as error:
        # Not the error itself, which may say what was asked for.
        log.warning("job %s cannot be read here: %s", row.id, type(error).__name__)
        request, tiles = _only_prompt(row.request), ()
    return Job(
        id=row.id,
        key=row.key,
        sent=row.sent,
        owner=Owner(id=row.owner_id, name=row.owner_name),
        origin=row.origin,
        request=request,
        tiles=tiles,
        price=row.price,
        spent=row.spent,
        status=Status(row.status),
        attempt=row.attempt,
        problem=read(row.problem),
        reply=row.reply,
        submitted=row.submitted,
        tier=row.tier,
        clock=row.clock,
    )


def tiles_of(stored: list[Mapping[str, Any]]) -> tuple[Tile, ...]:
    return tuple(Tile(index=tile["index"], recipe=recipe_of(tile["recipe"])) for tile in stored)


def _request_of(stored: Any) -> ImageRequest:
    # What a newer program knew besides is passed over, as it is in recipes. An older one took a
    # strength that had nothing to change.
    if "strength" in stored and not stored.get("image"):
        stored = {name: value for name, value in stored.items() if name != "strength"}
    return ImageRequest.model_validate(stored, extra="ignore")


def _only_prompt(stored: Any) -> ImageRequest:
    try:
        return ImageRequest(prompt=stored["prompt"])
    except (InvalidRequest, LookupError, TypeError):
        return ImageRequest(prompt=UNREADABLE)
