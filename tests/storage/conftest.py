"""Ledgers to test: the real one on a migrated SQLite file, and its double in memory."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from engine.ports import Ledger
from storage.database import connect
from storage.ledger import SqlLedger
from storage.memory import MemoryLedger
from storage.migrate import upgrade
from storage.pictures import PictureFiles


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A ledger, and a way to lose one of its files behind its back."""

    ledger: Ledger
    lose: Callable[[str], None]


@asynccontextmanager
async def sqlite_shelf(folder: Path) -> AsyncIterator[Shelf]:
    files = folder / "pictures"
    async with connect(f"sqlite:///{folder / 'easel.db'}", patience=20) as engine:
        yield Shelf(
            ledger=SqlLedger(engine, PictureFiles(files)),
            lose=lambda digest: next(files.rglob(digest)).unlink(),
        )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with all its tables, to copy."""
    database = tmp_path_factory.mktemp("migrated") / "easel.db"
    await upgrade(f"sqlite:///{database}")
    return database


@pytest.fixture(params=["memory", "sqlite"])
async def shelf(
    request: pytest.FixtureRequest, tmp_path: Path, migrated: Path
) -> AsyncIterator[Shelf]:
    if request.param == "memory":
        memory = MemoryLedger()
        yield Shelf(ledger=memory, lose=memory.files.__delitem__)
        return
    shutil.copy(migrated, tmp_path)
    async with sqlite_shelf(tmp_path) as sqlite:
        yield sqlite


@pytest.fixture
def ledger(shelf: Shelf) -> Ledger:
    return shelf.ledger
