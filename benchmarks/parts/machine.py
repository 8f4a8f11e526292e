"""Machine: what the card is, and how fast it multiplies."""

import subprocess
from dataclasses import dataclass

import torch

from benchmarks.bench import Bench
from engine.switch import Switch

LONGEST_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    memory_bytes: int | None
    capability: str | None
    driver: str | None
    power: str | None
    """The most that the card may draw, on which its speed depends."""
    peak_tflops: float
    switches: tuple[str, ...]
    usual: tuple[str, ...]


def machine(bench: Bench) -> Machine:
    """Takes a few seconds."""
    memory, capability, driver, power = None, None, None, None
    if bench.device.type == "cuda":
        told = torch.cuda.get_device_properties(bench.device)
        memory, capability = told.total_memory, f"{told.major}.{told.minor}"
        driver, power = _told_of(bench.device)
    thrown = bench.usual
    return Machine(
        memory_bytes=memory,
        capability=capability,
        driver=driver,
        power=power,
        peak_tflops=bench.peak / 1e12,
        switches=tuple(Switch),
        usual=tuple(each for each in Switch if each in thrown),
    )


def _told_of(device: torch.device) -> tuple[str | None, str | None]:
    """By the driver's own program, where there is one."""
    card = getattr(torch.cuda.get_device_properties(device), "uuid", None)
    asked = ["nvidia-smi", f"--id=GPU-{card}", "--format=csv,noheader"]
    try:
        done = subprocess.run(
            [*asked, "--query-gpu=driver_version,power.limit"],
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=True,
        )
        driver, power = done.stdout.strip().split(", ")
    except (OSError, subprocess.SubprocessError, ValueError):
        return None, None
    return driver, power
