"""The device that pictures are painted on: choosing it, and keeping its memory."""

import gc
import os
from pathlib import Path
from typing import Any

import psutil
import torch

from engine.errors import Misconfigured
from engine.ladder import FOR_MODELS


def device_named(name: str) -> torch.device:
    """The device of that name; `auto` takes an NVIDIA card where there is one."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        device = torch.device("meta")
    if device.type not in {"cpu", "cuda"}:
        raise Misconfigured(f"I know no device “{name}”. Use auto, cpu, cuda, or cuda:1.")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise Misconfigured(f"There is no device “{name}” here. Use auto or cpu.")
    return device


def cards() -> list[str]:
    """The NVIDIA cards that this process may see."""
    return [f"cuda:{number}" for number in range(torch.cuda.device_count())]


def weight_type(device: torch.device) -> torch.dtype:
    """Half precision halves memory and time on a card; on a CPU it is slower and less exact."""
    return torch.float32 if device.type == "cpu" else torch.float16


def prepare(device: torch.device) -> None:
    """Call it in the thread that paints: torch keeps the number of its threads per thread."""
    if device.type == "cpu":
        # One core stays with the event loop, or acknowledgements starve.
        torch.set_num_threads(max(1, cores() - 1))
    else:
        if device.index is not None:
            # A stream that is made without saying where is on the thread's own card.
            torch.cuda.set_device(device)
        # Another choice of kernels is another rounding, and a seed must mean the same picture.
        torch.backends.cudnn.benchmark = False
        torch.backends.cudnn.deterministic = True


def driver_version(told_in: Path = Path("/sys/module/nvidia/version")) -> str:
    """Of NVIDIA's driver; empty where the system does not tell it."""
    try:
        return told_in.read_text("utf-8").strip()
    except (OSError, ValueError):
        return ""


def settle(device: torch.device) -> None:
    """Wait until the device has done what it was given, so that a clock tells its time."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def memory_for_models(device: torch.device) -> int:
    """Bytes that loaded models may take together; the rest is for painting, and for others."""
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).total_memory * FOR_MODELS)
    return int(psutil.virtual_memory().available) // 2


def idle_memory(device: torch.device, cuda: Any = torch.cuda) -> int:
    """Bytes that torch keeps on a card for what comes next."""
    return int(cuda.memory_reserved(device) - cuda.memory_allocated(device))


def memory_in_use(device: torch.device) -> tuple[int, int]:
    """Bytes that are taken on the whole device, by whomever, and that there are."""
    if device.type == "cuda":
        left, there = torch.cuda.mem_get_info(device)
        return there - left, there
    memory = psutil.virtual_memory()
    return int(memory.total - memory.available), int(memory.total)


def temperature(device: torch.device, cuda: Any = torch.cuda) -> float | None:
    """In degrees Celsius; None where nothing here can ask for it."""
    if device.type != "cuda":
        return None
    try:
        return float(cuda.temperature(device))
    except Exception:
        # torch asks by nvidia-ml-py, which need not be installed, and whose driver may refuse with
        # errors of its own: not every slice of a card has a thermometer.
        return None


def free(device: torch.device) -> None:
    """Give back what is not in use any more. Slow: only after memory ran out and at the end."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()


def ran_out_of_memory(error: Exception) -> bool:
    """CUDA's libraries and the CPU's allocator say it with a plain RuntimeError."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    sentence = str(error)
    return isinstance(error, RuntimeError) and any(
        sign in sentence
        for sign in (
            "out of memory",
            "not enough memory",
            "can't allocate memory",
            "CUBLAS_STATUS_ALLOC_FAILED",
            "CUDNN_STATUS_ALLOC_FAILED",
        )
    )


def cores() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
