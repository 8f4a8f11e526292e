"""A hub with one small model on it, and an empty folder to bring it to."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.hub_server.app import HubServer
from tests.hub_server.shelf import files_in
from tests.hub_server.visit import hub_with


@pytest.fixture(scope="session")
def files(models_dir: Path) -> dict[str, bytes]:
    """A real pipeline, as files."""
    return files_in(models_dir / "tiny")


@pytest.fixture
async def server(models_dir: Path) -> AsyncIterator[HubServer]:
    async with hub_with(models_dir / "tiny") as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where models are brought to."""
    return tmp_path / "models"
