"""Tiny models, built once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.gpu.family import Family
from tests.engine.gpu import tiny
from tests.engine.gpu.decoders import decoder
from tests.engine.gpu.together import CARD, family_of


@pytest.fixture(autouse=True, scope="session")
def _one_core() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def pipe() -> Any:
    return tiny.pipeline()


@pytest.fixture(scope="session")
def family(pipe: Any) -> Family:
    return family_of(pipe)


@pytest.fixture(scope="session")
def models_dir(pipe: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one model in it, `tiny`. To be read only."""
    folder = tmp_path_factory.mktemp("models")
    pipe.save_pretrained(folder / "tiny")
    return folder


@pytest.fixture
def decoders_dir(tmp_path: Path) -> Path:
    """A folder of models with a small decoder for the family of `CARD`, and nothing else."""
    decoder().save_pretrained(tmp_path / "previews" / CARD.family)
    return tmp_path
