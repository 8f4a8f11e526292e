"""Tests of hostile input find out a program of which the guard was taken away."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reliability.evidence import ROOT
from tests.security.test_paths import outside

__all__ = ["outside"]

FAILED = 1
"""What pytest ends with where a test failed; for anything else that goes wrong it has others."""


def run(mistake: str, *given: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "tests.reliability.unguarded", mistake, *given],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def ended(mistake: str, test: str) -> int:
    """How that test ends where the mistake is made."""
    return run(mistake, "pytest", "-q", "-x", "-m", "not slow", f"tests/security/{test}").returncode


@pytest.mark.slow
@pytest.mark.mutant(17)
def test_a_program_that_refuses_without_a_type_is_found_out() -> None:
    test = "test_prompts.py::test_whatever_is_typed_is_read_or_refused_in_a_sentence"

    assert ended("refuse without a type", test) == FAILED


@pytest.mark.slow
@pytest.mark.mutant(20)
def test_a_program_that_opens_what_is_named_is_found_out(data_dir: Path, outside: Path) -> None:
    program = run("open what is named", "tests.security.watched", str(data_dir), str(outside), "40")

    assert json.loads(program.stdout)["touched"]


@pytest.mark.slow
@pytest.mark.mutant(21)
def test_a_program_that_unpickles_is_found_out() -> None:
    test = "test_checkpoints.py::test_malicious_pickles_never_run_wherever_they_lie"

    assert ended("unpickle", test) == FAILED


@pytest.mark.slow
@pytest.mark.mutant(22)
def test_a_program_that_fetches_anything_is_found_out() -> None:
    test = "test_addresses.py::test_no_address_makes_us_fetch_a_file_from_elsewhere"

    assert ended("fetch anything", test) == FAILED


@pytest.mark.slow
@pytest.mark.mutant(23)
def test_a_program_that_logs_secrets_is_found_out() -> None:
    assert ended("log secrets", "test_log_lines.py::test_one_event_is_one_record") == FAILED
