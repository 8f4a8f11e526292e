"""Bringing the tables of a database up to date, and back."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engine.errors import Misconfigured
from storage.database import PATIENCE_S, connect, explaining
from storage.trouble import sqlite_name_of, sqlstate_of

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parent.parent / "migrations"
HEAD = "head"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revisions:
    """Where a database stands, and where this program wants it. None is an empty database."""

    current: str | None
    head: str | None


async def upgrade(url: str, revision: str = HEAD, *, patience: float = PATIENCE_S) -> None:
    """Raises Misconfigured where a newer program made the database."""
    await _run(url, command.upgrade, revision, patience)


async def downgrade(url: str, revision: str, *, patience: float = PATIENCE_S) -> None:
    await _run(url, command.downgrade, revision, patience)


async def status(url: str) -> Revisions:
    async with connect(url) as engine, engine.connect() as connection:
        with explaining():
            return await connection.run_sync(_revisions)


async def _run(
    url: str, step: Callable[[Config, str], None], revision: str, patience: float
) -> None:
    # All steps are one transaction: a crash half way leaves the tables as they were.
    async with connect(url, patience=patience, longest=None) as engine:
        with explaining():
            async with engine.begin() as connection:
                await connection.run_sync(take_step, step, revision)


def take_step(connection: Connection, step: Callable[[Config, str], None], revision: str) -> None:
    """In the transaction that it begins. Raises Misconfigured where there is no such way."""
    stands = _revisions(connection)
    if step is command.upgrade and revision == HEAD and stands.current == stands.head:
        return  # as at most starts: Alembic would read all steps to find that out
    try:
        step(configuration(connection), revision)
    except CommandError as error:
        log.error("alembic: %s", error)
        raise Misconfigured(
            f"There is no way from here to the revision “{revision}” of the database. "
            f"Name one of these: {', '.join(_known())}, head; or base, which leaves no tables."
        ) from error
    except DBAPIError as error:
        if _is_about_tables(error):
            log.error("the database: %s", error.orig)
            raise Misconfigured(
                "The tables in the database are not those that Easel left there, so it changed "
                "nothing. Restore a copy of the database, or choose an empty one."
            ) from error
        raise


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's own, made here so that it is found from any folder."""
    config = Config()
    # Alembic reads a % as the start of a name to fill in.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _revisions(connection: Connection) -> Revisions:
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in _known():
        raise Misconfigured(
            f"The database was made by a newer Easel (its revision is {current}). "
            "Update Easel, or restore a copy of the database from before."
        )
    return Revisions(current=current, head=_scripts().get_current_head())


def _is_about_tables(error: DBAPIError) -> bool:
    """Such as one that is there already, or one that is missing."""
    state = sqlstate_of(error)
    return sqlite_name_of(error) == "SQLITE_ERROR" or (state[:2] == "42" and state != "42501")


def _known() -> list[str]:
    return sorted(script.revision for script in _scripts().walk_revisions())


@cache
def _scripts() -> ScriptDirectory:
    """All steps that there are: files of ours, which stay as they are while we run."""
    return ScriptDirectory.from_config(configuration())
