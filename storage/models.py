"""The tables, and how a row becomes a job or a picture again."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from engine.job import Job, Owner, Picture, Recipe, Remembered, Status, Tile, recipe_of
from engine.request import ImageRequest
from storage.words import Words


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
        Index(None, "status", "submitted"),
        Index(None, "status", "lease"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str | None]
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


class PictureRow(Table):
    __tablename__ = "pictures"
    __table_args__ = (
        Index(None, "owner_id", "painted", "job_id", "tile"),
        Index(None, "recipe_digest", "painted"),
    )

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), primary_key=True)
    tile: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    owner_id: Mapped[str]
    recipe: Mapped[dict[str, Any]]
    recipe_digest: Mapped[str]
    file: Mapped[str]
    seconds: Mapped[float]
    notes: Mapped[list[Any]]
    painted: Mapped[datetime]


def row_of_job(job: Job) -> JobRow:
    return JobRow(
        id=job.id,
        key=job.key,
        owner_id=job.owner.id,
        owner_name=job.owner.name,
        origin=job.origin,
        request=job.request.model_dump(mode="json"),
        tiles=[asdict(tile) for tile in job.tiles],
        price=job.price,
        spent=job.spent,
        status=job.status,
        attempt=job.attempt,
        problem=job.problem,
        reply=job.reply,
        worker="",
        lease=None,
        submitted=job.submitted,
    )


def job_of_row(row: JobRow) -> Job:
    return Job(
        id=row.id,
        key=row.key,
        owner=Owner(id=row.owner_id, name=row.owner_name),
        origin=row.origin,
        request=ImageRequest.model_validate(row.request),
        tiles=tiles_of(row.tiles),
        price=row.price,
        spent=row.spent,
        status=Status(row.status),
        attempt=row.attempt,
        problem=row.problem,
        reply=row.reply,
        submitted=row.submitted,
    )


def tiles_of(stored: list[Mapping[str, Any]]) -> tuple[Tile, ...]:
    return tuple(Tile(index=tile["index"], recipe=recipe_of(tile["recipe"])) for tile in stored)


def row_of_picture(
    job: str, tile: int, owner: str, picture: Picture, file: str, painted: datetime
) -> PictureRow:
    return PictureRow(
        job_id=job,
        tile=tile,
        owner_id=owner,
        recipe=asdict(picture.recipe),
        recipe_digest=digest_of(picture.recipe),
        file=file,
        seconds=picture.seconds,
        notes=list(picture.notes),
        painted=painted,
    )


def remembered_of_row(row: PictureRow) -> Remembered:
    return Remembered(
        job=row.job_id,
        tile=row.tile,
        owner=row.owner_id,
        recipe=recipe_of(row.recipe),
        file=row.file,
        seconds=row.seconds,
        painted=row.painted,
        notes=tuple(row.notes),
    )


def digest_of(recipe: Recipe) -> str:
    """Equal recipes have equal digests, so one index finds a recipe of any length.

    What has its default value is left out: a field that recipes or their extras gain later, with a
    default, leaves the digests of all earlier pictures as they are.
    """
    return hashlib.sha256(json.dumps(_told(recipe), sort_keys=True).encode()).hexdigest()


def _told(value: Any) -> Any:
    match value:
        case bool():
            return value
        case int() | float():
            # 7 and 7.0 are equal, and so are 0.0 and -0.0, yet JSON writes them differently.
            return float(value) + 0.0
        case list() | tuple():
            return [_told(part) for part in value]
        case _ if is_dataclass(value):
            return {
                field.name: _told(getattr(value, field.name))
                for field in fields(value)
                if getattr(value, field.name) != field.default
            }
        case _:
            return value
