"""The whole program with the real engine and the built-in model."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from bot.__main__ import run
from engine.picturebook.judge import judge

ROOT = Path(__file__).parents[2]
RED_CIRCLE = "a red circle on a white background"


def test_a_fresh_folder_gets_the_picture_that_was_asked_for(folder: Path) -> None:
    ran = subprocess.run(
        (sys.executable, "-m", "bot", "imagine", RED_CIRCLE, "--seed", "7", "-o", "out.png"),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("out.png · seed 7 · picturebook · 128×128 · 20 steps · ")
    assert ran.stderr == ""
    with Image.open(folder / "out.png") as picture:
        seen = judge(picture)
        assert (seen.kind, seen.colour, seen.background) == ("circle", "red", "white")
        assert picture.info["parameters"].startswith(f"{RED_CIRCLE}\nSteps: 20, Sampler: DPM++ 2M")


@pytest.mark.usefixtures("folder")
def test_bad_input_never_waits_for_the_engine(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["imagine", RED_CIRCLE, "--size", "1000x1000"])

    told = capsys.readouterr()
    assert (code, told.out) == (2, "")
    mend = "1000x1000 is too large: picturebook paints from 64x64 to 256x256. Try 256x256.\n"
    assert told.err == mend


@pytest.mark.parametrize("painter", ["thread", "process"])
@pytest.mark.usefixtures("folder")
def test_a_shortcut_that_the_device_cannot_take_ends_the_start(
    painter: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {"EASEL_PAINTER": painter, "EASEL_DEVICE": "cpu", "EASEL_SHORTCUTS": "fp8"}
    for name, value in said.items():
        monkeypatch.setenv(name, value)

    code = run(["imagine", RED_CIRCLE])

    told = capsys.readouterr()
    assert (code, told.out) == (2, "")
    assert "EASEL_SHORTCUTS has fp8, which needs an NVIDIA card" in told.err
