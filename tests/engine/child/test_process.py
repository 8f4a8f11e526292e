"""What a child has of its parent's environment."""

import os
from pathlib import Path

import engine
from engine.child.process import inherited

OURS = {
    "PATH": "/bin",
    "EASEL_DISCORD_TOKEN": "secret",
    "HF_TOKEN": "secret",
    "MODAL_TOKEN_SECRET": "secret",
    "RAY_AUTH_TOKEN": "secret",
    "OMP_NUM_THREADS": "2",
    "CUDA_VISIBLE_DEVICES": "0,1",
}


def test_a_child_has_what_its_parent_has_and_nothing_that_opens_something() -> None:
    theirs = inherited(OURS, {})

    assert theirs["PATH"] == "/bin"
    assert theirs["OMP_NUM_THREADS"] == "2"
    assert "secret" not in theirs.values()


def test_what_it_has_beside_that_goes_before() -> None:
    theirs = inherited(OURS, {"CUDA_VISIBLE_DEVICES": "1", "EASEL_MORE": "1"})

    assert theirs["CUDA_VISIBLE_DEVICES"] == "1"
    assert theirs["EASEL_MORE"] == "1"


def test_it_finds_the_code_that_its_parent_runs() -> None:
    (package,) = engine.__path__
    root = str(Path(package).parent)

    assert inherited({}, {})["PYTHONPATH"] == root
    assert inherited({"PYTHONPATH": "/more"}, {})["PYTHONPATH"] == f"{root}{os.pathsep}/more"
