"""Who is known to run no more."""

import subprocess
import sys

from bot.worker import is_gone, this_worker


def test_a_program_that_runs_is_not_gone() -> None:
    assert not is_gone(this_worker())


def test_a_program_that_has_ended_is_gone() -> None:
    told = "from bot.worker import this_worker; print(this_worker())"
    ended = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)

    assert is_gone(ended.stdout.strip())


def test_of_other_machines_nobody_knows() -> None:
    here, _, _ = this_worker().rpartition(":")

    assert not is_gone("another/4026531836:99999999")
    assert not is_gone(f"{here}:a worker")
    assert not is_gone("")
