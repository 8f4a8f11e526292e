"""How alembic reaches the database: through a connection that it is handed, or by an address.

By hand: `alembic -x url=sqlite:///data/easel.db revision --autogenerate -m "what it adds"`.
"""

import asyncio
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from storage.database import connect
from storage.models import Table, UtcDateTime


def migrate(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # A table that is made anew is dropped first, which foreign keys would forbid; they can
        # only be turned off outside of a transaction.
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        # Python's sqlite3 begins no transaction for CREATE TABLE by itself. With this one the
        # steps are all or nothing, and of two programs starting at once the second waits.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def render(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Migrations name no type of ours: renaming it later must not break them."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


async def migrate_at(url: str) -> None:
    async with connect(url) as engine, engine.begin() as connection:
        await connection.run_sync(migrate)


match context.config.attributes.get("connection"):
    case Connection() as connection:
        migrate(connection)
    case Engine() as engine:
        with engine.begin() as connection:
            migrate(connection)
    case _:
        url = context.get_x_argument(as_dictionary=True).get("url")
        if not isinstance(url, str):
            raise CommandError("Which database? Say it like -x url=sqlite:///data/easel.db")
        asyncio.run(migrate_at(url))
