"""Peak memory: the most bytes of a card that painting took."""

import gc
from collections.abc import Callable
from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakMemory:
    """`allocated` had something in it; `reserved` is what the card could give to nobody else.

    What a CUDA graph works in is only seen in the second.
    """

    allocated: int
    reserved: int


def held(device: torch.device) -> PeakMemory | None:
    """Now, with nothing idle in torch's pools. None where nobody counts."""
    return peak_of(device, lambda: None)


def peak_of(device: torch.device, work: Callable[[], object]) -> PeakMemory | None:
    """While that is done, with all that was there before."""
    if device.type != "cuda":
        return None
    gc.collect()
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats(device)
    work()
    return PeakMemory(
        allocated=torch.cuda.max_memory_allocated(device),
        reserved=torch.cuda.max_memory_reserved(device),
    )
