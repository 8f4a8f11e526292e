"""Terms: what an index holds of a picture, and what is looked for in it.

A term begins with a key of the picture's owner. So the index knows people apart: what somebody
looks for is found among their own pictures only, however many others have the same word.
"""

from base64 import b32encode
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from sqlalchemy import Dialect, String, TypeDecorator
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.types import TypeEngine

from engine.job import Recipe
from engine.search import Phrase, Search
from engine.words import words_in
from storage.words import readable

KEY = 8
"""Letters of a key."""
MODEL, SEED, DAY, FAVOURITE = "†m", "†s", "†d", "†f"
"""Stand in no word, so that facts are never taken for words."""
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
"""What is looked for by its date was painted between these."""


class Terms(TypeDecorator[Sequence[str]]):
    """Terms in their order: a text for SQLite's index, and what Postgres indexes itself."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TSVECTOR())
        return dialect.type_descriptor(String())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> str | None:
        if value is None or dialect.name != "postgresql":
            return None if value is None else " ".join(value)
        return " ".join(f"'{term}':{place}" for place, term in enumerate(value, start=1))


def terms_of(owner: str, recipe: Recipe, painted: datetime, *, favourite: bool) -> list[str]:
    day = f"{painted.astimezone(UTC):%Y%m%d}"
    facts = [_model(recipe.model), f"{SEED}{recipe.seed}"]
    facts += [f"{DAY}{day[:length]}" for length in (3, 4, 6, 8)]
    facts += [FAVOURITE] if favourite else []
    key = key_of(owner)
    return [f"{key}{term}" for term in (*words_in(recipe.prompt), *facts)]


def sought(owner: str, search: Search) -> list[list[Phrase]]:
    """What must be among a picture's terms: of each of these lists one.

    Dates are told by whole days, so they find a little too much.
    """
    wanted = [[phrase] for phrase in search.phrases]
    if search.model is not None:
        wanted.append([_fact(_model(search.model))])
    if search.seed is not None:
        wanted.append([_fact(f"{SEED}{search.seed}")])
    if search.favourites:
        wanted.append([_fact(FAVOURITE)])
    if search.since is not None or search.until is not None:
        days = _days(search.since, search.until)
        wanted.append([_fact(f"{DAY}{span}") for span in days])
    key = key_of(owner)
    return [[_of(key, phrase) for phrase in one_of] for one_of in wanted]


def key_of(owner: str) -> str:
    digest = sha256(readable(owner).encode()).digest()
    return b32encode(digest).decode()[:KEY].lower()


def _fact(term: str) -> Phrase:
    return Phrase(words=(term,))


def _of(key: str, phrase: Phrase) -> Phrase:
    return Phrase(words=tuple(f"{key}{word}" for word in phrase.words), begins=phrase.begins)


def _model(name: str) -> str:
    # Names hold what parts words for an index.
    return f"{MODEL}{sha256(readable(name.casefold()).encode()).hexdigest()[:24]}"


def _days(since: datetime | None, until: datetime | None) -> Iterator[str]:
    """Decades, years, months and days, as their numbers begin, that hold that time."""
    day = FIRST_DAY if since is None else max(FIRST_DAY, since.astimezone(UTC).date())
    last = LAST_DAY if until is None else min(LAST_DAY, until.astimezone(UTC).date())
    while day <= last:
        length, following = _span(day, last)
        yield f"{day:%Y%m%d}"[:length]
        day = following


def _span(day: date, last: date) -> tuple[int, date]:
    """How much of its number says the longest time that begins with that day, and what follows."""
    if (day.month, day.day) == (1, 1):
        for years, length in ((10, 3), (1, 4)):
            following = date(day.year + years, 1, 1)
            if day.year % years == 0 and following <= last + timedelta(days=1):
                return length, following
    if day.day == 1:
        following = (day + timedelta(days=31)).replace(day=1)
        if following <= last + timedelta(days=1):
            return 6, following
    return 8, day + timedelta(days=1)
