"""Apart: asks a question in a program of its own, whose memory and compilers nobody used yet."""

import argparse
from collections.abc import Mapping
from importlib import import_module
from time import perf_counter
from typing import Any

import torch

from benchmarks.answering import answer_all
from benchmarks.bench import Bench
from benchmarks.program import Program
from benchmarks.published import MODELS, Published
from engine.switch import Switch

QUESTIONS: Mapping[str, tuple[str, str]] = {
    "start": ("benchmarks.parts.starting", "start"),
    "ladder": ("benchmarks.parts.ladder", "climb"),
    "ladder-switched": ("benchmarks.parts.ladder", "climb_switched"),
}
LONGEST_S, OVER_S = 300.0, 60.0
"""What was begun may take a minute more than there is."""


def asked_apart(
    question: str, model: Published, bench: Bench, environment: Mapping[str, str] | None = None
) -> tuple[Mapping[str, Any], float]:
    """The answer, and the seconds until it was there. Raises RuntimeError where there is none."""
    narrow = ["--narrow"] if bench.narrow else []
    without = ["--without", *sorted(bench.without)] if bench.without else []
    asked = [model.name, str(bench.device), *narrow, *without]
    with Program("benchmarks.apart", *asked, environment=environment) as program:
        answer = program.ask(question, within_s=min(LONGEST_S, bench.left_s + OVER_S))
        return answer, perf_counter() - program.started


def main() -> None:
    """Whatever is asked of that model there."""
    asked = argparse.ArgumentParser()
    asked.add_argument("model", choices=MODELS)
    asked.add_argument("device")
    asked.add_argument("--narrow", action="store_true")
    asked.add_argument("--without", nargs="*", type=Switch, default=())
    told = asked.parse_args()
    bench = Bench(
        device=torch.device(told.device), narrow=told.narrow, without=frozenset(told.without)
    )

    def answer(question: str) -> Mapping[str, Any]:
        module, name = QUESTIONS[question]
        found: Mapping[str, Any] = getattr(import_module(module), name)(bench, MODELS[told.model])
        return found

    answer_all(answer)


if __name__ == "__main__":
    main()
