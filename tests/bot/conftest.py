"""A folder of its own for every test, and painters that need no model."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import copyfile

import pytest

from bot.painters import Painters
from bot.settings import Settings
from engine.crew import Crew
from storage.migrate import upgrade
from tests.fakes import BOOK, FakePainter
from tests.storage.server import at_once


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: empty, and with no settings in the environment."""
    for name in os.environ:
        if name.upper().startswith("EASEL_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all its tables, which takes longer to make than most tests."""
    database = tmp_path_factory.mktemp("migrated") / "easel.db"
    at_once(upgrade(f"sqlite:///{database}"))
    return database


@pytest.fixture
def data_dir(folder: Path, migrated: Path) -> Path:
    """The data folder of a program that was started once."""
    made = folder / "data"
    made.mkdir()
    copyfile(migrated, made / migrated.name)
    return made


@pytest.fixture
def painters() -> Painters:
    """A card without a model, and a painter that paints it at once."""
    return Painters(cards=lambda _: {BOOK.name: BOOK}, device=lambda _: "cpu", open=_open_fake)


@asynccontextmanager
async def _open_fake(_: Settings) -> AsyncIterator[Crew]:
    painter = FakePainter()
    painter.gate.set()
    yield Crew(painter)
