"""Finds pictures by the index of their terms, which each database has in its own way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    SQLColumnExpression,
    Subquery,
    TextClause,
    and_,
    bindparam,
    cast,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from engine.search import SHORTEST_BEGINNING, Phrase, Search
from storage.models import UtcDateTime
from storage.picture_rows import PictureRow
from storage.terms import KEY, sought
from storage.words import Words

MOST_WORDS = 100
"""A longer beginning is looked for as the words that begin so, where they are not more."""
LOOKED_THROUGH = 2000
"""Of the newest pictures of somebody Postgres looks at so many without the index. What is often
there is found among them at once, and what is found less often the index finds soon."""
LARGEST = 2**63 - 1

# The pictures come second: one by one, as the index finds them, and no more than are wanted.
IN_SQLITE = """
SELECT pictures.number FROM found CROSS JOIN pictures ON pictures.number = found.rowid
WHERE found.terms MATCH :terms AND found.rowid < :before AND found.rowid > :after
AND pictures.owner_id = :owner {and_painted} ORDER BY found.rowid {order} LIMIT :most
"""
WORDS_THAT_BEGIN = text(
    """
WITH RECURSIVE words(term) AS (
    SELECT (SELECT term FROM found_words WHERE term >= :start LIMIT 1)
    UNION ALL
    SELECT (SELECT term FROM found_words WHERE term >= words.term || char(1) LIMIT 1)
    FROM words WHERE substr(words.term, 1, length(:start)) = :start
)
SELECT term FROM words WHERE substr(term, 1, length(:start)) = :start LIMIT :most
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Which pictures of those that fit: the newest, those next older than one or next newer."""

    before: int | None = None
    after: int | None = None
    most: int

    @property
    def bounds(self) -> tuple[int, int]:
        """Numbers are greater than the first and less than the second, and a database can hold
        both."""
        lowest = -1 if self.after is None else max(-1, min(self.after, LARGEST))
        highest = LARGEST if self.before is None else max(-1, min(self.before, LARGEST))
        return lowest, highest

    @property
    def ascends(self) -> bool:
        return self.after is not None

    def holds(self, number: SQLColumnExpression[int]) -> ColumnElement[bool]:
        lowest, highest = self.bounds
        return and_(number > lowest, number < highest)

    def order(self, number: SQLColumnExpression[int]) -> ColumnElement[int]:
        return number.asc() if self.ascends else number.desc()


async def numbers_of(
    session: AsyncSession, owner: str, search: Search, where: Where
) -> Sequence[int]:
    """The pictures there that fit what is looked for."""
    wanted = sought(owner, search)
    if search.is_hopeless or not all(wanted):
        return ()
    if session.get_bind().dialect.name == "sqlite":
        return await _in_sqlite(session, owner, search, wanted, where)
    return await _in_postgres(session, owner, search, wanted, where)


async def _in_sqlite(
    session: AsyncSession,
    owner: str,
    search: Search,
    wanted: Sequence[Sequence[Phrase]],
    where: Where,
) -> Sequence[int]:
    terms = []
    for one_of in wanted:
        every = [each for phrase in one_of for each in await _spelled_out(session, phrase)]
        terms.append(f"({' OR '.join(map(_for_sqlite, every))})")
    after, before = where.bounds
    given: dict[str, Any] = {
        "terms": " AND ".join(terms),
        "after": after,
        "before": before,
        "owner": owner,
        "most": where.most,
    }
    statement = _painted_between(search, ascends=where.ascends)
    return (await session.scalars(statement, {**given, **_times(search)})).all()


async def _spelled_out(session: AsyncSession, phrase: Phrase) -> Sequence[Phrase]:
    """The phrases with whole words that it stands for.

    The index follows words by themselves; for what begins a word it would first gather all
    pictures of all those words.
    """
    last = phrase.words[-1]
    # Beginnings of the shortest kind the index has by heart.
    if not phrase.begins or len(last) == KEY + SHORTEST_BEGINNING:
        return [phrase]
    given = {"start": last, "most": MOST_WORDS + 1}
    words = (await session.scalars(WORDS_THAT_BEGIN, given)).all()
    if len(words) > MOST_WORDS:
        return [phrase]
    return [Phrase(words=(*phrase.words[:-1], word)) for word in words or (last,)]


def _for_sqlite(phrase: Phrase) -> str:
    # No word holds a quotation mark.
    return f'"{" ".join(phrase.words)}"{"*" if phrase.begins else ""}'


def _painted_between(search: Search, *, ascends: bool) -> TextClause:
    conditions = []
    if search.since is not None:
        conditions.append("AND pictures.painted >= :since")
    if search.until is not None:
        conditions.append("AND pictures.painted < :until")
    order = "ASC" if ascends else "DESC"
    statement = text(IN_SQLITE.format(and_painted=" ".join(conditions), order=order))
    times = [bindparam(name, type_=UtcDateTime()) for name in _times(search)]
    return statement.bindparams(bindparam("owner", type_=Words()), *times)


def _times(search: Search) -> dict[str, datetime]:
    times = {"since": search.since, "until": search.until}
    return {name: time for name, time in times.items() if time is not None}


async def _in_postgres(
    session: AsyncSession,
    owner: str,
    search: Search,
    wanted: Sequence[Sequence[Phrase]],
    where: Where,
) -> Sequence[int]:
    terms = " & ".join(f"({' | '.join(map(_for_postgres, one_of))})" for one_of in wanted)
    query = cast(terms, TSQUERY)
    there = where.holds(PictureRow.number)
    of_picture = select(PictureRow.number, PictureRow.painted, PictureRow.terms)
    nearest = (
        of_picture.where(PictureRow.owner_id == owner, there)
        .order_by(where.order(PictureRow.number))
        .limit(LOOKED_THROUGH)
        .subquery()
    )
    found = await _first_of(session, nearest, search, where, nearest.c.terms.op("@@")(query))
    if len(found) == where.most:
        return found
    # The index knows all pictures that fit, but not in their order: by now they are few.
    indexed = select(PictureRow.number, PictureRow.painted, PictureRow.owner_id)
    fitting = indexed.where(PictureRow.terms.op("@@")(query), there).cte("fitting")
    fitting = fitting.prefix_with("MATERIALIZED")
    return await _first_of(session, fitting, search, where, fitting.c.owner_id == owner)


async def _first_of(
    session: AsyncSession,
    pictures: Subquery | CTE,
    search: Search,
    where: Where,
    *which: ColumnElement[bool],
) -> Sequence[int]:
    found = select(pictures.c.number).where(*which)
    if search.since is not None:
        found = found.where(pictures.c.painted >= search.since)
    if search.until is not None:
        found = found.where(pictures.c.painted < search.until)
    found = found.order_by(where.order(pictures.c.number)).limit(where.most)
    return (await session.scalars(found)).all()


def _for_postgres(phrase: Phrase) -> str:
    *before, last = phrase.words
    words = [*(f"'{word}'" for word in before), f"'{last}'{':*' if phrase.begins else ''}"]
    return f"({' <-> '.join(words)})"
