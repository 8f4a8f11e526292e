"""Opens the painter that lives in this process: one warm thread on one device."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from engine.gpu.catalog import BUILT_IN, find
from engine.gpu.device import device_named
from engine.gpu.family import Family
from engine.gpu.loading import load
from engine.gpu.thread import EngineThread

# A wider forward than this only makes each step longer, for hardly more pictures an hour.
MOST_ROWS = {"cpu": 8, "cuda": 12}
# Every tile with guidance twice as wide: the ones beyond a forward take turns.
SEATS = {"cpu": 4, "cuda": 12}


@asynccontextmanager
async def open_painter(
    models: Sequence[str], *, models_dir: Path, device: str = "auto"
) -> AsyncIterator[EngineThread]:
    """A painter that has loaded the models and painted once with each, the first as default.

    Raises Misconfigured, of which BadModel is one kind.
    """
    where = device_named(device)

    def load_all() -> Mapping[str, Family]:
        found = [find(name, models_dir) for name in models or (BUILT_IN,)]
        return {model.card.name: load(model, where) for model in found}

    painter = EngineThread(
        load_all, device=where, seats=SEATS[where.type], most_rows=MOST_ROWS[where.type]
    )
    try:
        await painter.start()
        yield painter
    finally:
        await painter.close()
