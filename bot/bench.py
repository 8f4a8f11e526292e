"""The bench command: what is asked for is checked, then measured, then shown as tables."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table

from bot import messages
from bot.machine import machine
from bot.outputs import write
from bot.painters import Painters
from bot.settings import Settings
from engine.errors import InvalidRequest
from engine.nearest import did_you_mean
from engine.studio import utc_now

ENGINE, ALL = "engine", "all"
MEASURED = (ENGINE,)
LATER = ("serving", "storage")


def require_known(what: str) -> None:
    """Raises InvalidRequest where that cannot be measured."""
    if what in LATER:
        raise InvalidRequest(messages.not_measured(what, MEASURED))
    if what not in {*MEASURED, ALL}:
        known = (*MEASURED, *LATER, ALL)
        raise InvalidRequest(f"I know no benchmark “{what}”. {did_you_mean(what, known)}")


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
    file: Path | None,
    console: Console,
) -> dict[str, Any]:
    """Measure it, and write the numbers into the file. The console says how far it is."""
    require_known(what)
    if file is not None:
        require_place(file)
    with console.status(messages.LOADING) as line:

        def tell(number: int, way: str) -> None:
            line.update(messages.measuring(number, rounds, way))

        engine = await painters.measure(
            settings, model or settings.models[0], rounds=rounds, with_grid=grid, tell=tell
        )
    numbers = {ENGINE: engine, "machine": machine(engine["device"], utc_now())}
    if file is not None:
        write(file, json.dumps(numbers, indent=2, ensure_ascii=False).encode() + b"\n")
    return numbers


def shown(numbers: Mapping[str, Any]) -> Iterator[RenderableType]:
    """The numbers as people read them: tables, and a sentence for what fits in no column."""
    engine = numbers[ENGINE]
    yield _ways(engine)
    yield messages.short_jobs(engine["short_job"], engine["short_p95_over_fifo"])
    yield messages.turns(engine["turn"])
    yield messages.likeness(engine["outputs"], equal=engine["outputs_equal"])
    if "grid" in engine:
        yield _grid(engine["grid"])


def _ways(engine: Mapping[str, Any]) -> Table:
    table = _table(messages.bench_title(engine), messages.WAY_COLUMNS)
    for way, ratio in (
        ("stock", None),
        ("solo", engine["solo_over_stock"]),
        ("batched", engine["batched_over_stock"]),
    ):
        waits = engine["latency"][way]
        table.add_row(
            messages.way(way, engine["in_flight"]),
            f"{engine[f'{way}_ips']:.2f}",
            "" if ratio is None else f"{ratio:.2f} ×",
            f"{waits['p50_s']:.3f}",
            f"{waits['p95_s']:.3f}",
        )
    if (ratio := engine["stock_every_core_over_stock"]) is not None:
        table.add_row(messages.way("every core", 1), "", f"{ratio:.2f} ×", "", "")
    return table


def _grid(cells: list[Mapping[str, Any]]) -> Table:
    table = _table(messages.GRID_TITLE, messages.GRID_COLUMNS)
    for cell in cells:
        times = (f"{cell[name]:.3f}" for name in ("mean_s", "min_s", "max_s"))
        table.add_row(cell["size"], str(cell["steps"]), str(cell["pictures"]), *times)
    return table


def _table(title: str, columns: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    return table
