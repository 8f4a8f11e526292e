"""The two commands and the locks, as far as they can be judged without installing anything."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCRIPTS = ["run", "test", ".ci/run"]
LOCK, EXTRAS_LOCK = (
    (ROOT / name).read_text(encoding="utf-8") for name in ("requirements.lock", "extras.lock")
)


OURS = ["benchmarks", "bot", "engine", "migrations", "storage", "tests"]
# In no list: ./run picks the build.
CHOSEN_BY_RUN = {"torch"}
# What ./run --set-up-extras installs.
EXTRAS = ["modal", "ray"]


def plain(name: str) -> str:
    """The one spelling of a package's name, without extras and versions."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[=<>]", name)[0]).lower()


def asked_for() -> set[str]:
    """The packages that pyproject.toml names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    named = project["project"]["dependencies"] + project["dependency-groups"]["test"]
    return {plain(name) for name in sum((extras[each] for each in EXTRAS), named)}


def locked(lock: str) -> dict[str, str]:
    """Every package of the lock, with what stands under it up to the next one."""
    entries = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)[1:]
    return {plain(entry.split("==")[0]): entry for entry in entries}


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """However deep they stand; expressions are most of a file, and nothing is imported in them."""
    yield node
    for part in ast.iter_child_nodes(node):
        if not isinstance(part, ast.expr):
            yield from statements(part)


def imported(source: Path) -> set[str]:
    """The modules from elsewhere that a file imports, by the first part of their names."""
    nodes = list(statements(ast.parse(source.read_text(encoding="utf-8"))))
    names = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {name.split(".")[0] for name in names} - sys.stdlib_module_names - set(OURS)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_may_be_executed(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_what_a_plain_sh_can_read(script: str) -> None:
    first_line = (ROOT / script).read_text(encoding="utf-8").splitlines()[0]

    reading = subprocess.run(["sh", "-n", ROOT / script], capture_output=True, text=True)

    assert first_line == "#!/bin/sh"
    assert (reading.returncode, reading.stderr) == (0, "")


@pytest.mark.parametrize("lock", [LOCK, EXTRAS_LOCK], ids=["requirements", "extras"])
def test_every_locked_package_has_one_version_and_its_hashes(lock: str) -> None:
    for name, entry in locked(lock).items():
        assert re.match(r"[a-z0-9._-]+==[0-9][^ ]*( ; [^\\]+)? \\\n", entry), name
        assert re.search(r"--hash=sha256:[0-9a-f]{64}$", entry, re.MULTILINE), name


def test_everything_the_project_asks_for_is_locked() -> None:
    assert asked_for() - locked(LOCK).keys() - locked(EXTRAS_LOCK).keys() == set()


def test_no_package_is_in_both_locks() -> None:
    assert locked(LOCK).keys() & locked(EXTRAS_LOCK).keys() == set()


def test_everything_the_code_imports_is_asked_for() -> None:
    makers = packages_distributions()
    asked = asked_for() | CHOSEN_BY_RUN
    sources = [file for folder in OURS for file in (ROOT / folder).rglob("*.py")]

    missing = {
        f"{source.relative_to(ROOT)}: {module}"
        for source in sources
        for module in imported(source)
        if not {plain(maker) for maker in makers.get(module, [])} & asked
    }

    assert missing == set()


@pytest.mark.parametrize("lock", [LOCK, EXTRAS_LOCK], ids=["requirements", "extras"])
def test_the_locks_leave_torch_and_cuda_to_the_machine(lock: str) -> None:
    machine_bound = re.compile(r"torch|torchvision|triton|(nvidia|cuda)-.*")

    assert [name for name in locked(lock) if machine_bound.fullmatch(name)] == []


@pytest.mark.parametrize("lock", [LOCK, EXTRAS_LOCK], ids=["requirements", "extras"])
def test_the_locks_name_no_place(lock: str) -> None:
    assert re.findall(r"\S*(?:://|file:|--index|--find-links)\S*|(?:^|\s)/\S+", lock) == []


def test_a_soak_of_no_time_is_refused_in_a_sentence() -> None:
    answer = subprocess.run([ROOT / "test", "--soak", "0"], capture_output=True, text=True)

    assert answer.returncode == 2
    assert answer.stdout == ""
    assert "0 is no time for a soak. Take 1 to 10,080 minutes." in answer.stderr
