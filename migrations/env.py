"""How alembic reaches the database: through a connection that it is handed, or by an address.

By hand: `alembic -x url=sqlite:///data/easel.db revision --autogenerate -m "what it adds"`.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, func, select

from storage.database import connect
from storage.models import Table, UtcDateTime
from storage.picture_rows import PictureRow
from storage.terms import Terms
from storage.uploads import UploadRow
from storage.words import Words

KNOWN = (PictureRow, UploadRow)
"""A table is known once its file is read, and these two read all the others."""
OF_SQLITE = "found"
"""How the tables begin that index pictures in SQLite; Postgres has an index in their place."""
OF_POSTGRES = "ix_pictures_terms"


def migrate(connection: Connection) -> None:
    # Whoever restores a backup is in the middle of a transaction that this program began.
    if not context.config.attributes.get("begun"):
        begin(connection)
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render,
        include_name=is_ours,
        include_object=is_here(connection.dialect.name),
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # A table that is made anew is dropped first, which foreign keys would forbid; they can
        # only be turned off outside of a transaction.
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        # Python's sqlite3 begins no transaction for CREATE TABLE by itself. With this one the
        # steps are all or nothing, and of two programs starting at once the second waits.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        wait_for_other_migrations(connection)


def wait_for_other_migrations(connection: Connection) -> None:
    """Of two programs starting at once the second waits, and then finds nothing left to do.

    However long the first takes: tables are changed by one that works, or whose lock is gone. For
    the tables themselves it waits no longer than for any lock.
    """
    patience = connection.scalar(select(func.current_setting("lock_timeout")))
    connection.execute(select(func.set_config("lock_timeout", "0", True)))
    connection.execute(select(func.pg_advisory_xact_lock(int.from_bytes(b"easel"))))
    connection.execute(select(func.set_config("lock_timeout", patience, True)))


def is_ours(name: str | None, kind: str, _: Any) -> bool:
    return kind != "table" or not (name or "").startswith(OF_SQLITE)


def is_here(dialect: str) -> Callable[..., bool]:
    def compared(_: Any, name: str | None, *__: Any) -> bool:
        return name != OF_POSTGRES or dialect == "postgresql"

    return compared


def render(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Migrations name no type of ours: renaming it later must not break them."""
    match kind, item:
        case "type", UtcDateTime():
            return "sa.DateTime(timezone=True)"
        case "type", Words():
            return "sa.String()"
        case "type", Terms():
            return 'sa.String().with_variant(sa.dialects.postgresql.TSVECTOR(), "postgresql")'
        case _:
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
