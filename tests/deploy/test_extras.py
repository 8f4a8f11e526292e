"""./run --set-up-extras: only when it is asked for, once, and again after it was cut short."""

from pathlib import Path

import pytest

from tests.deploy.dockerfile import ROOT
from tests.deploy.followed import Followed, really
from tests.deploy.test_torch_build import program

LOCK = "extras.lock"
PYTHON = """#!/bin/sh
# Answers as an environment's Python whose pip writes down what it is asked for.
echo "$@" >>"$ASKED"
case "$*" in
    *extras.lock*) [ -z "$NO_NETWORK" ] || { echo 'Connection refused'; exit 1; } ;;
esac
"""


@pytest.fixture
def machine(tmp_path: Path) -> Followed:
    """The script beside an environment that has all but the extras."""
    for name in ("run", "requirements.lock", LOCK):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / "run").chmod(0o755)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    (tmp_path / ".venv" / "pyvenv.cfg").touch()
    program(tmp_path / ".venv" / "bin" / "python", PYTHON)
    machine = Followed(root=tmp_path, stages={}, perform=really)
    assert asked(machine, "./run --set-up-only")
    return machine


def asked(machine: Followed, command: str, *, network: bool = True) -> list[str]:
    """What pip was asked for by it, or what was said where it failed."""
    written = machine.root / "asked"
    written.write_text("", "utf-8")
    done = machine.shell(
        command, ASKED=str(written), TORCH_BUILD="cpu", NO_NETWORK="" if network else "yes"
    )
    if done.returncode:
        return done.stderr.splitlines()
    return [line for line in written.read_text("utf-8").splitlines() if " install " in line]


@pytest.mark.parametrize("command", ["./run --set-up-only", "./run models list"])
def test_a_start_leaves_extras_alone(machine: Followed, command: str) -> None:
    assert asked(machine, command) == []


def test_extras_come_with_their_digests_and_nothing_else(machine: Followed) -> None:
    [asking] = asked(machine, "./run --set-up-extras")

    assert asking.endswith(f"--no-deps --require-hashes -r {machine.root}/{LOCK}")
    assert "--ignore-installed" not in asking


def test_what_is_there_is_not_installed_again(machine: Followed) -> None:
    asked(machine, "./run --set-up-extras")

    again = asked(machine, "./run --set-up-extras")

    assert again == []


def test_another_lock_is_installed(machine: Followed) -> None:
    asked(machine, "./run --set-up-extras")
    (machine.root / LOCK).write_text("modal==2\n", "utf-8")

    assert len(asked(machine, "./run --set-up-extras")) == 1


def test_extras_without_an_environment_bring_one(machine: Followed) -> None:
    (machine.root / ".venv" / "easel-stamp").unlink()

    first, *_, last = asked(machine, "./run --set-up-extras")

    assert "requirements.lock" in first
    assert LOCK in last


def test_what_was_cut_short_is_said_and_laid_over_the_next_time(machine: Followed) -> None:
    said = asked(machine, "./run --set-up-extras", network=False)
    plain = asked(machine, "./run --set-up-only")

    [again] = asked(machine, "./run --set-up-extras")

    assert "pip cannot reach its package index" in said[-1]
    assert plain == []
    assert "--ignore-installed" in again
