"""The whole program in a process of its own, with the real engine and the built-in model."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from engine.picturebook.judge import judge

ROOT = Path(__file__).parents[2]
RED_CIRCLE = "a red circle on a white background"


def test_a_fresh_folder_gets_the_picture_that_was_asked_for(folder: Path) -> None:
    ran = _easel(folder, "imagine", RED_CIRCLE, "--seed", "7", "-o", "out.png")

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("out.png · seed 7 · picturebook · 128×128 · 20 steps · ")
    assert ran.stderr == ""
    with Image.open(folder / "out.png") as picture:
        seen = judge(picture)
        assert (seen.kind, seen.colour, seen.background) == ("circle", "red", "white")
        assert picture.info["parameters"].startswith(f"{RED_CIRCLE}\nSteps: 20, Sampler: DPM++ 2M")


def test_bad_input_never_waits_for_the_engine(folder: Path) -> None:
    ran = _easel(folder, "imagine", RED_CIRCLE, "--size", "1000x1000")

    assert (ran.returncode, ran.stdout) == (2, "")
    mend = "1000x1000 is too large: picturebook paints from 64x64 to 256x256. Try 256x256.\n"
    assert ran.stderr == mend


@pytest.mark.parametrize("painter", ["thread", "process"])
def test_a_shortcut_that_the_device_cannot_take_ends_the_start(folder: Path, painter: str) -> None:
    said = {"EASEL_PAINTER": painter, "EASEL_DEVICE": "cpu", "EASEL_SHORTCUTS": "fp8"}

    ran = _easel(folder, "imagine", RED_CIRCLE, **said)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert "EASEL_SHORTCUTS has fp8, which needs an NVIDIA card" in ran.stderr


def _easel(folder: Path, *arguments: str, **said: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-m", "bot", *arguments),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **said},
        capture_output=True,
        text=True,
        check=False,
    )
