"""Machine: what the card is, and how fast it multiplies."""

from dataclasses import dataclass

import torch

from benchmarks.bench import Bench
from benchmarks.switching import usual
from engine.switch import Switch


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    memory_bytes: int | None
    capability: str | None
    peak_tflops: float
    switches: tuple[str, ...]
    usual: tuple[str, ...]


def machine(bench: Bench) -> Machine:
    """Takes a few seconds."""
    memory, capability = None, None
    if bench.device.type == "cuda":
        told = torch.cuda.get_device_properties(bench.device)
        memory, capability = told.total_memory, f"{told.major}.{told.minor}"
    thrown = usual(bench.device)
    return Machine(
        memory_bytes=memory,
        capability=capability,
        peak_tflops=bench.peak / 1e12,
        switches=tuple(Switch),
        usual=tuple(each for each in Switch if each in thrown),
    )
