"""The bench command: what is asked for is checked, then measured, then shown as tables."""

import asyncio
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType

from bot import bench_words, messages
from bot.bench_page import require_page, write_page
from bot.bench_tables import engine_tables, filling, serving_tables, storage_tables
from bot.machine import machine
from bot.outputs import write
from bot.painters import Painters
from bot.settings import Settings
from engine.clock import utc_now
from engine.errors import InvalidRequest
from engine.nearest import did_you_mean

ENGINE, STORAGE, SERVING, ALL = "engine", "storage", "serving", "all"
MEASURED = (ENGINE, STORAGE, SERVING)
MOST_PAINTERS = 64


def require_known(what: str) -> None:
    """Raises InvalidRequest where that cannot be measured."""
    if what not in {*MEASURED, ALL}:
        known = (*MEASURED, ALL)
        raise InvalidRequest(f"I know no benchmark “{what}”. {did_you_mean(what, known)}")


def counts_in(told: str) -> tuple[int, ...]:
    """How many painters there are in turn, as it was typed. Raises InvalidRequest."""
    try:
        counts = tuple(sorted({int(each) for each in told.split(",")}))
    except ValueError:
        counts = ()
    if not counts or not 1 <= counts[0] <= counts[-1] <= MOST_PAINTERS:
        raise InvalidRequest(
            f"“{told}” are no numbers of painters. Give them like 1,2,4,8, each from 1 to "
            f"{MOST_PAINTERS}."
        )
    return counts


def require_place(file: Path) -> None:
    """Raises InvalidRequest where the numbers could not be written; better now than afterwards."""
    if file.is_dir():
        raise InvalidRequest(f"{file} is a folder. Name a file in it: {file / 'bench.json'}.")
    folder = file.parent
    if not folder.is_dir():
        raise InvalidRequest(f"There is no folder {folder}. Make it first, or choose another.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InvalidRequest(f"I may not write in the folder {folder}. Choose another.")


async def bench(
    what: str,
    settings: Settings,
    painters: Painters,
    *,
    model: str | None,
    rounds: int,
    grid: bool,
    scale: float,
    counts: Sequence[int],
    file: Path | None,
    page: Path | None,
    console: Console,
) -> dict[str, Any]:
    """Measure it, and write the numbers into the file. The console says how far it is.

    `page` is where a document goes that shows what was measured of the serving.
    """
    require_known(what)
    if file is not None:
        require_place(file)
    if page is not None:
        require_page(page, what in {SERVING, ALL})
    numbers: dict[str, Any] = {}
    with console.status(messages.LOADING) as line:
        if what in {ENGINE, ALL}:

            def tell(number: int, way: str) -> None:
                line.update(bench_words.measuring(number, rounds, way))

            numbers[ENGINE] = await painters.measure(
                settings, model or settings.models[0], rounds=rounds, with_grid=grid, tell=tell
            )
        if what in {STORAGE, ALL}:
            numbers[STORAGE] = await _measure_storage(
                settings, painters, scale, lambda *far: line.update(filling(*far))
            )
        if what in {SERVING, ALL}:
            numbers[SERVING] = await _measure_serving(
                settings, counts, scale, lambda part: line.update(bench_words.at(part))
            )
    device = numbers[ENGINE]["device"] if ENGINE in numbers else painters.device(settings)
    numbers["machine"] = machine(device, utc_now())
    if file is not None:
        write(file, json.dumps(numbers, indent=2, ensure_ascii=False).encode() + b"\n")
    if page is not None:
        write_page(page, numbers[SERVING], numbers["machine"])
    return numbers


def shown(numbers: Mapping[str, Any]) -> Iterator[RenderableType]:
    """The numbers as people read them: tables, and a sentence for what fits in no column."""
    if ENGINE in numbers:
        yield from engine_tables(numbers[ENGINE])
    if STORAGE in numbers:
        yield from storage_tables(numbers[STORAGE])
    if SERVING in numbers:
        yield from serving_tables(numbers[SERVING])


async def _measure_storage(
    settings: Settings, painters: Painters, scale: float, tell: Callable[[str, int, int], None]
) -> Mapping[str, Any]:
    from storage.bench.measure import measure
    from storage.bench.scene import Size

    cards = await asyncio.to_thread(painters.cards, settings)
    card = next(iter(cards.values()))
    # Beside the real data, and so on the same disk.
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return await measure(settings.data_dir.absolute(), Size().scaled(scale), card, tell)


async def _measure_serving(
    settings: Settings, counts: Sequence[int], scale: float, tell: Callable[[str], None]
) -> Mapping[str, Any]:
    from bot.bench_serving import Extent, measure_serving

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return await measure_serving(
        settings.data_dir.absolute(),
        settings,
        counts=counts,
        extent=Extent().scaled(scale),
        tell=tell,
    )
