"""Folders for add-ons, and a model that wears LoRAs from them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.gpu.families.sd import StableDiffusion
from engine.gpu.family import Family
from tests.engine.gpu import tiny
from tests.engine.gpu.addons.shelf import Shelving, let_go
from tests.engine.gpu.together import CARD, recipe


@pytest.fixture
def shelving(tmp_path: Path) -> Shelving:
    return Shelving(tmp_path)


@pytest.fixture(scope="module")
def worn() -> Any:
    """A pipeline of our own: LoRAs leave their silent layers on it."""
    return tiny.pipeline()


@pytest.fixture
def family(worn: Any, shelving: Shelving) -> Iterator[Family]:
    with torch.inference_mode():
        family = StableDiffusion(worn, CARD, shelving.shelves)
        yield family
        family.wear(recipe())
        let_go(worn)
