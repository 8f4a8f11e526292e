"""Descent: a database that goes back to an earlier revision, and what is lost on the way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from alembic import command
from sqlalchemy import Connection, func, select

from engine.errors import InvalidRequest
from storage.backup_rows import tables_of
from storage.migrate import take_step
from storage.restore_alone import alone

OF_ITSELF = frozenset({"clocks", "lanes"})
"""Tables that fill by themselves: who has rows in no other has nothing to lose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A table with rows in it."""

    rows: int
    columns: frozenset[str]


async def descend(url: str, revision: str, *, sure: bool) -> None:
    """All or nothing, and alone: whoever has the database open would find no tables any more.

    Raises InvalidRequest where somebody has it open, or where something is lost and nobody is
    sure; Misconfigured where there is no such way.
    """
    async with alone(url) as connection:
        before = await connection.run_sync(_filled)
        # What steps need to be said they say outside of a transaction.
        await connection.commit()
        await connection.run_sync(take_step, command.downgrade, revision)
        lost = list(_lost(before, await connection.run_sync(_filled)))
        if lost and not sure:
            await connection.rollback()
            raise InvalidRequest(
                f"That takes away for good: {', '.join(lost)}. Nothing was changed. Make a backup, "
                "then type it again with --yes."
            )
        await connection.commit()


def _filled(connection: Connection) -> dict[str, Filled]:
    filled = {}
    for table in tables_of(connection):
        rows = connection.scalar(select(func.count()).select_from(table)) or 0
        if rows and table.name not in OF_ITSELF:
            filled[table.name] = Filled(rows=rows, columns=frozenset(table.c.keys()))
    return filled


def _lost(before: Mapping[str, Filled], after: Mapping[str, Filled]) -> Iterator[str]:
    for name, was in before.items():
        now = after.get(name)
        rows = was.rows - (now.rows if now else 0)
        if rows > 0:
            yield f"{rows} {'row' if rows == 1 else 'rows'} of {name}"
        if now:
            yield from (f"“{column}” of {name}" for column in sorted(was.columns - now.columns))
