"""The imagine command: everything is checked first, then the engine is warmed and paints."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from os.path import expanduser
from pathlib import Path
from typing import Any

from rich.console import Console

from bot.app import App, open_app, painting
from bot.echo import harmless
from bot.led import Led
from bot.outputs import free_places, places, require_writable, write, write_new
from bot.owner import LOCAL
from bot.painters import Painters
from bot.progress import Watch, watching
from bot.prompts_file import Line
from bot.settings import Settings
from bot.sizes import read_size
from engine.caretaker import TERMINAL
from engine.errors import EaselError, InvalidRequest, PainterLost
from engine.job import Picture
from engine.quote import Quote
from engine.request import ImageRequest

LARGEST_SOURCE = 64 * 2**20
# A mask that is no file: where the image is transparent.
ALPHA = "alpha"
# Prompts of a file that are in the line at a time: enough to paint in company.
IN_FLIGHT = 8
NO_DIGEST = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was typed. `given` holds the options by the names of ImageRequest's fields."""

    lines: tuple[Line, ...]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was written, and a sentence for each of several prompts that could not be painted."""

    written: Sequence[Written] = ()
    problems: Sequence[str] = ()


async def imagine(
    asked: Asked,
    settings: Settings,
    painters: Painters,
    *,
    console: Console,
    agreed: Callable[[int, float], bool],
) -> Outcome:
    """Paint what was asked for and write it. `agreed` is asked before permutations.

    Raises what is wrong with any of the prompts before the first is painted.
    """
    sources = {
        name: _read_source(name, file)
        for name, file in asked.sources.items()
        if (name, file) != ("mask", ALPHA)
    }
    led = {each.file: _read_source("picture", each.file) for each in asked.led}
    # Before anything is opened or made.
    _requests(asked, dict.fromkeys(sources, NO_DIGEST), dict.fromkeys(led, NO_DIGEST))
    async with open_app(settings, painters) as app:
        kept = {name: await app.studio.keep(file, LOCAL) for name, file in sources.items()}
        followed = {file: await app.studio.keep(content, LOCAL) for file, content in led.items()}
        return await paint(
            app,
            settings,
            painters,
            lines=asked.lines,
            requests=_requests(asked, kept, followed),
            output=asked.output,
            console=console,
            agreed=agreed,
        )


async def paint(
    app: App,
    settings: Settings,
    painters: Painters,
    *,
    lines: Sequence[Line],
    requests: Sequence[ImageRequest],
    output: str | None,
    console: Console,
    agreed: Callable[[int, float], bool],
) -> Outcome:
    """Paint what the lines ask for and write it."""
    quotes = [
        await _quoted(app, line, request) for line, request in zip(lines, requests, strict=True)
    ]
    tiles = [tile for quote in quotes for tile in quote.tiles]
    require_writable(output, len(tiles))
    requests = [quote.request for quote in quotes]
    for note in dict.fromkeys(note for quote in quotes for note in quote.notes):
        console.print(harmless(note), markup=False, highlight=False, soft_wrap=True)
    price = sum(quote.price for quote in quotes)
    if len(tiles) > sum(request.count for request in requests) and not agreed(len(tiles), price):
        return Outcome()
    with watching(console) as watch:
        watch.expect(tiles)
        async with painting(app, settings, painters):
            easel = _Commission(
                app=app,
                watch=watch,
                places=_places(output, [len(quote.tiles) for quote in quotes]),
                turns=asyncio.Semaphore(min(IN_FLIGHT, settings.queue_limit)),
            )
            return await easel.painted(lines, requests)


async def _quoted(app: App, line: Line, request: ImageRequest) -> Quote:
    with line.named():
        return await app.studio.quote(request, LOCAL)


def _places(output: str | None, counts: Sequence[int]) -> list[Sequence[Path] | None]:
    """Where the pictures of each prompt go; None where they are named after it."""
    if output is None:
        return [None] * len(counts)
    files = iter(places(output, sum(counts)))
    return [list(islice(files, count)) for count in counts]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Commission:
    """All prompts of a command, some of them at a time."""

    app: App
    watch: Watch
    places: Sequence[Sequence[Path] | None]
    turns: asyncio.Semaphore

    async def painted(self, lines: Sequence[Line], requests: Sequence[ImageRequest]) -> Outcome:
        """Each is written when it is done. One of several that fails does not stop the others."""
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._tried(line, request, files, alone=len(lines) == 1))
                for line, request, files in zip(lines, requests, self.places, strict=True)
            ]
        outcomes = [task.result() for task in tasks]
        return Outcome(
            written=[one for outcome in outcomes for one in outcome.written],
            problems=[problem for outcome in outcomes for problem in outcome.problems],
        )

    async def _tried(
        self, line: Line, request: ImageRequest, files: Sequence[Path] | None, *, alone: bool
    ) -> Outcome:
        try:
            async with self.turns:
                return Outcome(written=await self._painted(request, files))
        except PainterLost:
            raise  # nor can the others be painted
        except EaselError as error:
            if alone:
                raise
            return Outcome(problems=(line.said(str(error)),))

    async def _painted(
        self, request: ImageRequest, files: Sequence[Path] | None
    ) -> Sequence[Written]:
        ticket = await self.app.studio.submit(request, LOCAL, origin=TERMINAL)
        self.watch.begin(ticket.job)
        try:
            async for step in ticket:
                self.watch.step(step)
            pictures = await ticket.pictures()
        except asyncio.CancelledError:
            await self.app.studio.cancel(ticket.job.id, LOCAL)
            raise
        return _write(files, pictures)


def _write(files: Sequence[Path] | None, pictures: Sequence[Picture]) -> Sequence[Written]:
    written = []
    for number, picture in enumerate(pictures):
        if files is None:
            file = write_new(free_places(picture.recipe.prompt), picture.png)
        else:
            file = files[number]
            write(file, picture.png)
        written.append(Written(file=file, picture=picture))
    return written


def _requests(
    asked: Asked, sources: Mapping[str, str], followed: Mapping[str, str]
) -> list[ImageRequest]:
    """`sources` are the digests by field, `followed` those of the other pictures by file."""
    if asked.sources.get("mask") == ALPHA:
        sources = {**sources, "mask": sources.get("image", NO_DIGEST)}
    given = {
        **asked.given,
        **_sides(asked.size),
        **sources,
        "controls": tuple(each.wish(followed[each.file]) for each in asked.controls),
        "references": tuple(each.wish(followed[each.file]) for each in asked.references),
    }
    return [line.request(**given) for line in asked.lines]


def _sides(size: str | None) -> dict[str, int]:
    if size is None:
        return {}
    width, height = read_size(size)
    return {"width": width, "height": height}


def _read_source(name: str, file: str) -> bytes:
    path = Path(expanduser(file))  # unlike Path's own, it takes whatever people type
    try:
        if path.is_dir():
            raise InvalidRequest(f"The {name} {file} is a folder. Name a picture in it.")
        if path.stat().st_size > LARGEST_SOURCE:
            raise InvalidRequest(f"The {name} {file} is larger than 64 MB. Make it smaller.")
        return path.read_bytes()
    except (FileNotFoundError, ValueError):  # no name can have a NUL
        raise InvalidRequest(f"There is no {name} {file}. Look at the path.") from None
    except OSError as error:
        raise InvalidRequest(f"I cannot read the {name} {file}: {error.strerror}.") from None
