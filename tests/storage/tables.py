"""The tables of a database as it tells of them, and migrations beside those of the program."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine.interfaces import ReflectedIndex

from storage.database import connect
from storage.migrate import MIGRATIONS, configuration
from storage.rows import PersonRow

STEPS = list(ScriptDirectory.from_config(configuration()).walk_revisions())[::-1]
REVISIONS = [step.revision for step in STEPS]
HEAD = REVISIONS[-1]
TABLES = {"alembic_version", *PersonRow.metadata.tables}


def with_versions_in(folder: Path, connection: Connection) -> Config:
    """The migrations of the program, and one more."""
    config = configuration(connection)
    config.set_main_option("version_locations", f"{MIGRATIONS / 'versions'}\n{folder}")
    config.set_main_option("path_separator", "newline")
    return config


async def upgrade_with_versions_in(folder: Path, url: str) -> None:
    async with connect(url) as engine, engine.begin() as connection:
        await connection.run_sync(
            lambda sync: command.upgrade(with_versions_in(folder, sync), "head")
        )


async def tables(url: str) -> set[str]:
    """But for those that are SQLite's index of pictures; it has one exactly where it has them."""
    async with connect(url) as engine, engine.connect() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        return {name for name in names if not name.startswith("found")}


async def shape(url: str) -> list[str]:
    """All that the database says about its tables but the order in which they were made."""

    def told(connection: Connection) -> list[str]:
        inspector = inspect(connection)
        return sorted(
            f"{table} {each}"
            for table in inspector.get_table_names()
            for each in (
                *inspector.get_columns(table),
                *map(_told_index, inspector.get_indexes(table)),
                inspector.get_pk_constraint(table),
                *inspector.get_foreign_keys(table),
                *inspector.get_unique_constraints(table),
            )
        )

    async with connect(url) as engine, engine.connect() as connection:
        return await connection.run_sync(told)


def _told_index(index: ReflectedIndex) -> dict[str, Any]:
    # The condition of one is an object, which says nothing of itself by default.
    options = index.get("dialect_options", {})
    return {**index, "dialect_options": {name: str(value) for name, value in options.items()}}


async def say(url: str, statement: str) -> None:
    async with connect(url) as engine, engine.begin() as connection:
        await connection.execute(text(statement))
