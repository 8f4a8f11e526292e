"""Apart: asks a question in a program of its own, whose memory and compilers nobody used yet."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

import torch

from benchmarks.bench import Bench
from benchmarks.published import MODELS, Published

QUESTIONS: Mapping[str, tuple[str, str]] = {
    "start": ("benchmarks.parts.starting", "start"),
    "ladder": ("benchmarks.parts.ladder", "climb"),
    "ladder-switched": ("benchmarks.parts.ladder", "climb_switched"),
}
LONGEST_S = 300
LAST_LINES = 5


def asked_apart(
    question: str, model: Published, bench: Bench, environment: Mapping[str, str] | None = None
) -> tuple[Mapping[str, Any], float]:
    """The answer, and the seconds of the whole program. Raises RuntimeError where it failed."""
    command = [sys.executable, "-m", "benchmarks.apart", question, model.name, str(bench.device)]
    started = perf_counter()
    done = subprocess.run(
        [*command, *(["--narrow"] if bench.narrow else [])],
        cwd=Path(__file__).parent.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    seconds = perf_counter() - started
    if done.returncode:
        last = " / ".join(done.stderr.strip().splitlines()[-LAST_LINES:])
        raise RuntimeError(f"{question} ended with {done.returncode}: {last}")
    return json.loads(done.stdout.strip().splitlines()[-1]), seconds


def main() -> None:
    """Answer on the last line."""
    asked = argparse.ArgumentParser()
    asked.add_argument("question", choices=QUESTIONS)
    asked.add_argument("model", choices=MODELS)
    asked.add_argument("device")
    asked.add_argument("--narrow", action="store_true")
    told = asked.parse_args()
    bench = Bench(device=torch.device(told.device), narrow=told.narrow)
    module, name = QUESTIONS[told.question]
    answer: Callable[[Bench, Published], Mapping[str, Any]] = getattr(import_module(module), name)
    sys.stdout.write(f"{json.dumps(answer(bench, MODELS[told.model]))}\n")
    sys.stdout.flush()
    # At once: a compiler in another thread that is still at work would spoil the ending.
    os._exit(0)


if __name__ == "__main__":
    main()
