"""Ends as the one command does, while a compiler is at work that never comes to its end."""

from threading import Event

import torch

from benchmarks.bench import Bench
from benchmarks.measuring import end
from engine.gpu.switches.background import Background


def for_ever() -> None:
    Event().wait()


if __name__ == "__main__":
    Background().ask(for_ever)
    end(Bench(device=torch.device("cpu"), narrow=True), 3)
