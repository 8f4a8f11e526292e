"""Prepared: statements that every job needs are built once, with places for their values.

Building one takes SQLAlchemy longer than the database takes to carry it out. They are said of plain
tables, since looking for rows that they might have changed in a session takes as long again.
"""

from typing import Any, cast

from sqlalchemy import Table as PlainTable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import Table

UPSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def table_of(row: type[Table]) -> PlainTable:
    return cast(PlainTable, row.__table__)


def dialect_of(session: AsyncSession) -> str:
    return session.get_bind().dialect.name


def upsert(dialect: str, table: PlainTable | type[Table]) -> Any:
    """An INSERT that can say what happens where the row is there already.

    Both databases write it alike, yet SQLAlchemy has one of its own for each.
    """
    return UPSERTS[dialect](table)
