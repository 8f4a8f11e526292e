"""Rows of any kind of database as lines of JSON, and back.

The tables are those that the database itself tells of, so one of an older Easel is read too.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from math import isfinite
from typing import Any

from sqlalchemy import Column, Connection, Date, DateTime, MetaData, String, Table, inspect
from sqlalchemy.types import TypeEngine

from engine.errors import StorageFailed
from engine.job import Status, recipe_of
from storage import models, uploads
from storage.backup_tar import Broken
from storage.models import UtcDateTime, utc
from storage.picture_rows import PictureRow
from storage.terms import Terms, terms_of
from storage.words import Words

TERMS = "terms"
"""Is not kept: each kind of database has it in a way of its own, and it follows from the rest."""
PICTURES = PictureRow.__tablename__
JOBS = models.JobRow.__tablename__
# A table is known once its file is read, and these two read all the others.
KNOWN = (PictureRow, uploads.UploadRow)
ORDER = [table.name for table in models.Table.metadata.sorted_tables]
"""Whom others name comes first."""


def tables_of(connection: Connection) -> list[Table]:
    """Easel's own among those that are there."""
    inspector = inspect(connection)
    there = set(inspector.get_table_names())
    metadata = MetaData()
    return [
        Table(
            name,
            metadata,
            *[
                Column(told["name"], _type(told["name"], told["type"]))
                for told in inspector.get_columns(name)
            ],
        )
        for name in ORDER
        if name in there
    ]


def keys_of(connection: Connection, table: Table) -> list[Column[Any]]:
    """By these its rows are put in order."""
    names = inspect(connection).get_pk_constraint(table.name)["constrained_columns"]
    return [table.c[name] for name in names]


def kept(table: Table) -> list[Column[Any]]:
    return [column for column in table.c if not _is_terms(column)]


def line_of(columns: Sequence[Column[Any]], values: Sequence[Any]) -> bytes:
    told = {column.name: value for column, value in zip(columns, values, strict=True)}
    try:
        return _dumped(told, ascii=False).encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair is no letter, but an escape in JSON.
        return _dumped(told, ascii=True).encode()


def row_of(table: Table, line: bytes) -> dict[str, Any]:
    """Raises Broken where the line is no row of that table."""
    columns = kept(table)
    try:
        told = json.loads(line, parse_constant=_number, parse_float=_number)
        if not isinstance(told, dict) or told.keys() != {column.name for column in columns}:
            raise ValueError
        row = {column.name: _value(column, told[column.name]) for column in columns}
        if table.name == JOBS:
            Status(row["status"])
        if any(map(_is_terms, table.c)):
            row[TERMS] = _terms(row)
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise Broken(f"a row of {table.name} cannot be read") from error
    return row


def _type(name: str, told: TypeEngine[Any]) -> TypeEngine[Any]:
    match told:
        case DateTime():
            return UtcDateTime()
        case _ if name == TERMS and (isinstance(told, String) or "TSVECTOR" in str(told)):
            return Terms()
        case String():
            return Words()
        case _:
            return told


def _is_terms(column: Column[Any]) -> bool:
    return column.name == TERMS and isinstance(column.type, Terms)


def _dumped(told: Mapping[str, Any], *, ascii: bool) -> str:
    return json.dumps(told, ensure_ascii=ascii, separators=(",", ":"), default=_told) + "\n"


def _told(value: Any) -> str:
    match value:
        case datetime():
            return utc(value).isoformat()
        case date():
            return value.isoformat()
    raise TypeError(f"{type(value).__name__} is nothing that a row holds")


def _value(column: Column[Any], value: Any) -> Any:
    match column.type:
        case UtcDateTime() if value is not None:
            return utc(datetime.fromisoformat(value))
        case Date() if value is not None:
            return date.fromisoformat(value)
        case _:
            return value


def _number(told: str) -> float:
    """Infinity and what is no number would be in everybody's way for good."""
    number = float(told)
    if not isfinite(number):
        raise ValueError(told)
    return number


def _terms(row: Mapping[str, Any]) -> Sequence[str]:
    """As they were before; none of what was not looked at yet, or cannot be read here."""
    if row["bytes"] is None:
        return ()
    try:
        recipe = recipe_of(row["recipe"])
    except (StorageFailed, ValueError):
        return ()
    return terms_of(row["owner_id"], recipe, row["painted"], favourite=row["favourite"])
