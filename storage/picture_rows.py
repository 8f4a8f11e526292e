"""The table of pictures, and how a row becomes a picture again."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Row, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.errors import StorageFailed
from engine.job import Picture, Recipe, Remembered, recipe_of
from engine.phrase import read, written
from storage.models import Table
from storage.rows import Number
from storage.terms import Terms, terms_of


class PictureRow(Table):
    """A picture and where its file is. Newer pictures have higher numbers, which never come back.

    Pictures of before a file's size and terms were kept have no `bytes` until somebody looks.
    """

    __tablename__ = "pictures"
    __table_args__ = (
        UniqueConstraint("job_id", "tile"),
        # What counts pictures and favourites reads this instead of the rows, which are long.
        Index(None, "owner_id", "number", "favourite"),
        Index(None, "owner_id", "recipe_digest", "number"),
        # The oldest that are no favourites, where nearly all of the old ones are.
        Index(
            None,
            "number",
            sqlite_where=text("favourite = 0"),
            postgresql_where=text("NOT favourite"),
        ),
        Index(None, "file", "bytes"),
        Index(None, "painted"),
        Index(None, "bytes"),
        # Without a list of what waits to be put in order, which every search would read whole.
        Index(None, "terms", postgresql_using="gin", postgresql_with={"fastupdate": "off"}).ddl_if(
            dialect="postgresql"
        ),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(Number, primary_key=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"))
    tile: Mapped[int]
    owner_id: Mapped[str]
    recipe: Mapped[dict[str, Any]]
    recipe_digest: Mapped[str]
    file: Mapped[str]
    bytes: Mapped[int | None] = mapped_column(BigInteger)
    seconds: Mapped[float]
    notes: Mapped[list[Any]]
    painted: Mapped[datetime]
    favourite: Mapped[bool]
    terms: Mapped[Sequence[str]] = mapped_column(Terms, deferred=True, deferred_raiseload=True)


REMEMBERED = tuple(
    PictureRow.__table__.c[name]
    for name in (
        "number",
        "job_id",
        "tile",
        "owner_id",
        "recipe",
        "file",
        "seconds",
        "painted",
        "favourite",
        "notes",
    )
)
"""What a picture is remembered by."""


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
        bytes=len(picture.png),
        seconds=picture.seconds,
        notes=[written(note) for note in picture.notes],
        painted=painted,
        favourite=False,
        terms=terms_of(owner, picture.recipe, painted, favourite=False),
    )


def remembered_of_row(row: PictureRow | Row[Any]) -> Remembered:
    """Raises StorageFailed where this program cannot read its recipe."""
    try:
        recipe = recipe_of(row.recipe)
    except ValueError as error:
        raise StorageFailed(
            f"Another version of Easel wrote down picture {row.number}, and this one cannot read "
            "it. Start the newer one."
        ) from error
    return Remembered(
        number=row.number,
        job=row.job_id,
        tile=row.tile,
        owner=row.owner_id,
        recipe=recipe,
        file=row.file,
        seconds=row.seconds,
        painted=row.painted,
        favourite=row.favourite,
        notes=tuple(map(read, row.notes)),
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
