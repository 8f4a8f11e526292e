"""The comparison: stock diffusers, our engine one by one, and our engine with company."""

import asyncio
from pathlib import Path
from typing import Any

import torch

from engine.gpu.bench.crowd import IN_FLIGHT
from engine.gpu.bench.grid import grid, rows_of
from engine.gpu.bench.overhead import turn_seconds
from engine.gpu.bench.report import report
from engine.gpu.bench.round import Crowd, Rounds, Tell
from engine.gpu.bench.stock import Stock
from engine.gpu.device import cores as all_cores
from engine.gpu.device import device_named
from engine.gpu.models.catalog import find
from engine.gpu.models.loading import load
from engine.gpu.painter import open_painter

EVERY_CORE, GRID, TURNS = "every core", "grid", "turns"
USUAL = Crowd()
FEW = 6


async def compare(
    name: str,
    *,
    models_dir: Path,
    device: str,
    rounds: int,
    with_grid: bool,
    tell: Tell,
    crowd: Crowd = USUAL,
    cores: int | None = None,
) -> dict[str, Any]:
    """Measure all of it with the model of that name. Raises Misconfigured where it cannot.

    `cores` are those that stock diffusers takes on a CPU if nobody stops it, all that there are.
    """
    where = device_named(device)
    model = find(name, models_dir)
    async with open_painter([name], models_dir=models_dir, device=device) as painter:
        family = await asyncio.to_thread(load, model, where)
        with Stock(family, where) as stock:
            course = Rounds(stock, painter, model.card, crowd)
            await course.warm_up()
            painted = [await course.paint(number + 1, tell) for number in range(rounds)]
            threads = await stock.threads()
            every_core = None
            if where.type == "cpu":
                # A few jobs only: where others are at work too its threads wait for each other.
                tell(rounds, EVERY_CORE)
                few = painted[0].recipes[:FEW]
                every_core = await stock.run(few, threads=cores or all_cores())
        cells = None
        if with_grid:
            tell(rounds, GRID)
            cells = await grid(painter, rows_of(model.card, steps=crowd.grid_steps))
    tell(rounds, TURNS)
    overhead = {
        jobs: await asyncio.to_thread(turn_seconds, family, where, jobs=jobs)
        for jobs in (1, IN_FLIGHT)
    }
    return {
        **report(painted, overhead, every_core, cells),
        "model": model.card.name,
        "device": _described(where),
        "precision": str(family.network.dtype).removeprefix("torch."),
        "torch_threads": threads,
    }


def _described(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
