"""The whole program in a process of its own, with a real engine and a tiny model."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.engine.gpu import tiny

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    tiny.pipeline().save_pretrained(folder, safe_serialization=True)
    return folder


def test_a_fresh_folder_gets_a_picture_with_its_recipe_inside(folder: Path, model: Path) -> None:
    ran = _easel(
        folder, model, "imagine", "a red circle", "--seed", "7", "--steps", "3", "-o", "o.png"
    )

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("o.png · seed 7 · tiny · 128×128 · 3 steps · ")
    with Image.open(folder / "o.png") as picture:
        assert picture.size == (128, 128)
        assert "Steps: 3, Sampler: Euler, CFG scale: 7.5, Seed: 7" in picture.info["parameters"]


def test_bad_input_never_waits_for_the_engine(folder: Path, model: Path) -> None:
    ran = _easel(folder, model, "imagine", "a red circle", "--size", "1000x1000")

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "1000x1000 is too large: tiny paints from 64x64 to 256x256.\n"


def _easel(folder: Path, model: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-m", "bot", *arguments),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "EASEL_MODELS": str(model)},
        capture_output=True,
        text=True,
        check=False,
    )
