"""deploy/slim.py: the image goes without what only tests need, and lacks nothing else."""

import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest

from tests.deploy.dockerfile import ROOT
from tests.test_scripts import imported, plain

SERVING = ["bot", "engine", "migrations", "storage"]


def listed(*extras: str) -> subprocess.CompletedProcess[str]:
    """Nothing is taken out."""
    return subprocess.run(
        [sys.executable, ROOT / "deploy" / "slim.py", "--list", *extras],
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture(scope="module")
def needless() -> set[str]:
    """What it would take out of this environment."""
    told = listed()
    assert told.returncode == 0, told.stderr
    return set(told.stdout.split())


def test_tools_of_tests_go(needless: set[str]) -> None:
    assert {"hypothesis", "mypy", "pip", "playwright", "pytest", "ruff"} <= needless


def test_whatever_easel_imports_stays(needless: set[str]) -> None:
    makers = packages_distributions()
    modules = {
        module
        for folder in SERVING
        for file in (ROOT / folder).rglob("*.py")
        for module in imported(file)
    }
    asked = {plain(maker) for module in modules for maker in makers.get(module, [])}

    assert {"torch", "diffusers", "aiohttp", "sqlalchemy", "discord-py"} <= asked
    # Only where it paints by one of them, and then the image is built with that one.
    assert asked & needless <= {"ray", "modal"}


def test_extras_go_but_those_that_are_named(needless: set[str]) -> None:
    ray, both = (set(listed(*extras).stdout.split()) for extras in (["ray"], ["ray", "modal"]))

    assert {"ray", "modal", "grpclib"} <= needless
    assert needless - ray >= {"ray", "jsonschema"}
    assert {"modal", "grpclib"} <= ray
    assert not {"ray", "modal", "jsonschema", "grpclib", "hpack"} & both
    assert "pytest" in both


def test_an_extra_that_there_is_not_is_refused() -> None:
    refused = listed("cuda")

    assert refused.returncode == 1
    assert refused.stderr == "There is no extra cuda here: EXTRAS may be ray, modal, or both.\n"


def test_what_they_need_in_turn_stays(needless: set[str]) -> None:
    # Of the extra that sqlalchemy is asked for with, of torch, and of transformers.
    assert not {"greenlet", "sympy", "filelock", "tokenizers"} & needless
