"""The imagine command: everything is checked first, then the engine is warmed and paints."""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from bot.app import App, Painters, open_app, painting
from bot.led import Led
from bot.outputs import free_places, places, require_writable, write, write_new
from bot.owner import LOCAL
from bot.progress import Watch, watching
from bot.settings import Settings
from engine.errors import InvalidRequest
from engine.job import Picture
from engine.prompt import read_prompt
from engine.request import ImageRequest
from engine.studio import TERMINAL
from engine.ticket import Ticket

LARGEST_SOURCE = 64 * 2**20
NO_DIGEST = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was typed. `given` holds the options by the names of ImageRequest's fields."""

    prompt: str
    given: Mapping[str, Any]
    size: str | None = None
    sources: Mapping[str, str]
    controls: tuple[Led, ...] = ()
    references: tuple[Led, ...] = ()
    output: str | None = None

    @property
    def led(self) -> tuple[Led, ...]:
        return (*self.controls, *self.references)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A picture and the file it went to."""

    file: Path
    picture: Picture

    def as_json(self) -> dict[str, Any]:
        """Its recipe, with where it is and how long it took."""
        return {
            "file": str(self.file),
            "seconds": round(self.picture.seconds, 3),
            "notes": list(self.picture.notes),
            **asdict(self.picture.recipe),
        }


async def imagine(
    asked: Asked,
    settings: Settings,
    painters: Painters,
    *,
    console: Console,
    agreed: Callable[[int, float], bool],
) -> list[Written]:
    """Paint what was asked for and write it. `agreed` is asked before permutations."""
    sources = {name: _read_source(name, file) for name, file in asked.sources.items()}
    led = {each.file: _read_source("picture", each.file) for each in asked.led}
    # Before anything is opened or made.
    _request(asked, dict.fromkeys(sources, NO_DIGEST), dict.fromkeys(led, NO_DIGEST))
    async with open_app(settings, painters) as app:
        kept = {name: await app.studio.keep(file) for name, file in sources.items()}
        followed = {file: await app.studio.keep(content) for file, content in led.items()}
        request = _request(asked, kept, followed)
        quote = app.studio.quote(request)
        require_writable(asked.output, len(quote.tiles))
        if len(quote.tiles) > request.count and not agreed(len(quote.tiles), quote.price):
            return []
        with watching(console) as watch:
            async with painting(app, settings, painters):
                ticket = await app.studio.submit(request, LOCAL, origin=TERMINAL)
                pictures = await _painted(app, ticket, watch)
    return [
        Written(file=file, picture=picture)
        for file, picture in zip(_write(asked, pictures), pictures, strict=True)
    ]


async def _painted(app: App, ticket: Ticket, watch: Watch) -> tuple[Picture, ...]:
    watch.begin(ticket.job)
    try:
        async for step in ticket:
            watch.step(step)
        return await ticket.pictures()
    except asyncio.CancelledError:
        await app.studio.cancel(ticket.job.id, LOCAL)
        raise


def _write(asked: Asked, pictures: tuple[Picture, ...]) -> list[Path]:
    if asked.output is None:
        return [write_new(free_places(picture.recipe.prompt), picture.png) for picture in pictures]
    files = places(asked.output, len(pictures))
    for file, picture in zip(files, pictures, strict=True):
        write(file, picture.png)
    return files


def _request(asked: Asked, sources: Mapping[str, str], followed: Mapping[str, str]) -> ImageRequest:
    """`sources` are the digests by field, `followed` those of the other pictures by file."""
    return read_prompt(
        asked.prompt,
        **asked.given,
        **_sides(asked.size),
        **sources,
        controls=tuple(each.wish(followed[each.file]) for each in asked.controls),
        references=tuple(each.wish(followed[each.file]) for each in asked.references),
    )


def _sides(size: str | None) -> dict[str, int]:
    if size is None:
        return {}
    found = re.fullmatch(r"\s*(\d{1,6})\s*[x×*]\s*(\d{1,6})\s*", size, re.IGNORECASE | re.ASCII)
    if found is None:
        raise InvalidRequest(f"“{size}” is no size. Write width x height, like 512x768.")
    return {"width": int(found[1]), "height": int(found[2])}


def _read_source(name: str, file: str) -> bytes:
    path = Path(file).expanduser()
    try:
        if path.is_dir():
            raise InvalidRequest(f"The {name} {file} is a folder. Name a picture in it.")
        if path.stat().st_size > LARGEST_SOURCE:
            raise InvalidRequest(f"The {name} {file} is larger than 64 MB. Make it smaller.")
        return path.read_bytes()
    except FileNotFoundError:
        raise InvalidRequest(f"There is no {name} {file}. Look at the path.") from None
    except OSError as error:
        raise InvalidRequest(f"I cannot read the {name} {file}: {error.strerror}.") from None
