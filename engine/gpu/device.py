"""The device that pictures are painted on: choosing it, and keeping its memory."""

import gc
import os
from collections.abc import Callable
from typing import TypeVar

import torch

from engine.errors import Misconfigured

Outcome = TypeVar("Outcome")


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


def weight_type(device: torch.device) -> torch.dtype:
    """Half precision halves memory and time on a card; on a CPU it is slower and less exact."""
    return torch.float32 if device.type == "cpu" else torch.float16


def prepare(device: torch.device) -> None:
    """Call it in the thread that paints: torch keeps the number of its threads per thread."""
    if device.type == "cpu":
        # One core stays with the event loop, or acknowledgements starve.
        torch.set_num_threads(max(1, _cores() - 1))
    else:
        # Another choice of kernels is another rounding, and a seed must mean the same picture.
        torch.backends.cudnn.benchmark = False
        torch.backends.cudnn.deterministic = True


def settle(device: torch.device) -> None:
    """Wait until the device has done what it was given, so that a clock tells its time."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


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
            "CUBLAS_STATUS_ALLOC_FAILED",
            "CUDNN_STATUS_ALLOC_FAILED",
        )
    )


def if_it_fits(device: torch.device, work: Callable[[], Outcome]) -> Outcome | None:
    """What the work makes, or None where memory ran out; then memory is tidy again."""
    try:
        return work()
    except Exception as error:
        if not ran_out_of_memory(error):
            raise
    # Only here, after the block: its traceback keeps the tensors that did not fit.
    free(device)
    return None


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
