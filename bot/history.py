"""The history commands: the pictures that there are, found, shown, kept and deleted."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import history_words
from bot.days import day_said
from bot.messages import columns
from bot.outputs import growing, require_writable, write
from bot.owner import LOCAL
from engine.clock import utc_now
from engine.errors import InvalidRequest
from engine.gallery import Gallery
from engine.request import LARGEST_SEED
from engine.search import EVERYTHING, Search

A_NUMBER = re.compile(r"#?(\d{1,18})", re.ASCII)
A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What the owner of this machine does at the terminal, answered in lines to read."""

    gallery: Gallery

    async def show_page(
        self, search: Search, *, before: int | None, most: int, as_json: bool
    ) -> list[str]:
        # One more than is shown says whether there are more.
        found = await self.gallery.page(LOCAL, search, before=before, most=most + 1)
        page = found[:most]
        if as_json:
            told = [history_words.as_json(picture) for picture in page]
            return [json.dumps(told, indent=2, ensure_ascii=False)]
        if not page:
            nothing = search == EVERYTHING and before is None
            return [history_words.NOTHING if nothing else history_words.NOTHING_FITS]
        lines = columns([history_words.COLUMNS, *map(history_words.row, page)])
        return [*lines, history_words.more(page[-1].number)] if len(found) > most else lines

    async def show(self, number: str, output: str | None) -> list[str]:
        shown = await self.gallery.show(LOCAL, read_picture(number))
        if output is not None:
            require_writable(output, 1)
            write(Path(output), await self.gallery.file(LOCAL, shown.picture.number))
        return history_words.shown(shown)

    async def favour(self, number: str, *, favourite: bool) -> list[str]:
        picture = read_picture(number)
        await self.gallery.favour(LOCAL, picture, favourite=favourite)
        return [history_words.favoured(picture, favourite=favourite)]

    async def remove(self, numbers: Sequence[str]) -> list[str]:
        pictures = sorted(set(map(read_picture, numbers)))
        await self.gallery.remove(LOCAL, pictures)
        return [history_words.deleted(pictures)]

    async def export(self, file: str, search: Search) -> list[str]:
        with growing(Path(file)) as stream:
            exported = await self.gallery.export(LOCAL, stream, search)
        return history_words.exported(file, exported)

    async def forget(self, *, yes: bool) -> list[str]:
        if not yes:
            raise InvalidRequest(history_words.NO_YES)
        await self.gallery.forget(LOCAL)
        return [history_words.FORGOTTEN]


def read_picture(word: str) -> int:
    """The number of a picture. Raises InvalidRequest."""
    found = A_NUMBER.fullmatch(word.strip())
    if found is None:
        raise InvalidRequest(
            "“{word}” is no number of a picture. Look it up in your history.", word=word[:60]
        )
    return int(found[1])


def read_seed(word: str | None) -> int | None:
    """Raises InvalidRequest."""
    if word is None:
        return None
    if not (word.isascii() and word.isdigit() and len(word) < 20):
        raise InvalidRequest(f"seed is a whole number from 0 to {LARGEST_SEED}, not {word!r:.60}.")
    return int(word)


def read_search(
    words: str | None,
    *,
    model: str | None,
    seed: str | None,
    since: str | None,
    until: str | None,
    favourites: bool,
) -> Search:
    """What somebody looks for, as it was typed. Raises InvalidRequest."""
    now = utc_now()
    first, _ = (None, None) if since is None else _time(since, now)
    _, end = (None, None) if until is None else _time(until, now)
    if first is not None and end is not None and first >= end:
        raise InvalidRequest(
            "“{since}” is after “{until}”, so no picture lies between. Swap them.",
            since=str(since)[:60],
            until=str(until)[:60],
        )
    return Search(
        words=words or "",
        model=model,
        seed=read_seed(seed),
        since=first,
        until=end,
        favourites=favourites,
    )


def _time(word: str, now: datetime) -> tuple[datetime, datetime]:
    """The first moment that is meant, and the first one after it. UTC unless a zone is named."""
    said = day_said(word, now)
    word = word if said is None else said.isoformat()
    try:
        first = datetime.fromisoformat(word.strip())
        first = first.replace(tzinfo=UTC) if first.tzinfo is None else first.astimezone(UTC)
        is_day = A_DAY.fullmatch(word.strip())
        return first, first + (timedelta(days=1) if is_day else timedelta())
    except (ValueError, OverflowError):
        raise InvalidRequest(
            "“{word}” is no time. Write it like 2026-05-31, “2026-05-31 18:00”, or yesterday.",
            word=word[:60],
        ) from None
