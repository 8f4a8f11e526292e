"""One comparison with a tiny model, made once, and what was told meanwhile."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.gpu.bench.comparison import compare
from engine.gpu.bench.round import Crowd

ROUNDS = 2
CROWD = Crowd(jobs=4, long=2, short=3, long_steps=4, short_steps=2, grid_steps=(2, 3))


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What came out, and the ways in the order in which they were gone."""

    engine: Mapping[str, Any]
    told: list[tuple[int, str]]


@pytest.fixture(scope="session")
def compared(models_dir: Path) -> Compared:
    told: list[tuple[int, str]] = []
    engine = asyncio.run(
        compare(
            "tiny",
            models_dir=models_dir,
            device="cpu",
            rounds=ROUNDS,
            with_grid=True,
            tell=lambda number, way: told.append((number, way)),
            crowd=CROWD,
            # Two threads that wait for each other on a busy machine take very long.
            cores=1,
        )
    )
    return Compared(engine=engine, told=told)
