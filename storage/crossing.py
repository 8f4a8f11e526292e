"""Crossing: a statement goes to SQLite's thread once, and comes back with all its rows.

SQLAlchemy's own way crosses four times: to make a cursor, to ask, to read and to close. For a
program that asks much of a small database the crossings are most of what that takes.
"""

import sqlite3
from collections import deque
from dataclasses import dataclass
from typing import Any, Literal, cast

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.util import EMPTY_DICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a statement came to, by the names that a driver's cursor has for it."""

    description: Any = None
    rowcount: int = -1
    lastrowid: int | None = None
    arraysize: int = 1


class Cursor(AsyncAdapt_aiosqlite_cursor):
    """Has nothing open in SQLite, so closing it crosses nowhere."""

    __slots__ = ()

    def __init__(self, connection: AsyncAdapt_aiosqlite_connection) -> None:
        self._adapt_connection, self._connection = connection, connection._connection
        self._soft_closed_memoized = EMPTY_DICT
        self._take(Answer(), deque())

    def close(self) -> None:
        self._rows.clear()

    async def _async_soft_close(self) -> None:
        """The rows stay; there is nothing else."""

    async def _execute_async(self, operation: Any, parameters: Any) -> None:
        await self._ask("execute", operation, parameters or ())

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> None:
        await self._ask("executemany", operation, seq_of_parameters)

    async def _ask(
        self, how: Literal["execute", "executemany"], operation: Any, parameters: Any
    ) -> None:
        driver = cast(aiosqlite.Connection, self._connection)
        answer, rows = await driver._execute(  # type: ignore[no-untyped-call]
            _asked, driver._conn, how, operation, parameters
        )
        self._take(answer, rows)

    def _take(self, answer: Answer, rows: deque[Any]) -> None:
        # What SQLAlchemy asks a cursor afterwards it asks the answer.
        self._cursor, self._rows = cast(Any, answer), rows


class Connection(AsyncAdapt_aiosqlite_connection):
    """Ends only what was begun: what only reads begins nothing in SQLite.

    Whoever stops waiting in the middle of a statement, which the thread then goes on with, has the
    whole connection thrown away by SQLAlchemy.
    """

    __slots__ = ()

    _cursor_cls: type[AsyncAdapt_aiosqlite_cursor] = Cursor

    def commit(self) -> None:
        if self._has_begun:
            super().commit()

    def rollback(self) -> None:
        if self._has_begun:
            super().rollback()

    @property
    def _has_begun(self) -> bool:
        sqlite: sqlite3.Connection | None = self._connection._connection
        return sqlite is not None and sqlite.in_transaction


class Driver(AsyncAdapt_aiosqlite_dbapi):
    """For `create_async_engine(module=…)`."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *arguments: Any, **named: Any) -> Connection:
        return Connection(self, super().connect(*arguments, **named)._connection)


def _asked(
    connection: sqlite3.Connection, how: str, operation: str, parameters: Any
) -> tuple[Answer, deque[Any]]:
    """In SQLite's thread: what it came to, and all its rows."""
    cursor = connection.cursor()
    try:
        getattr(cursor, how)(operation, parameters)
        rows = deque(cursor.fetchall() if cursor.description else ())
        answer = Answer(
            description=cursor.description, rowcount=cursor.rowcount, lastrowid=cursor.lastrowid
        )
    finally:
        cursor.close()
    return answer, rows
