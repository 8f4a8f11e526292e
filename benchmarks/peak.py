"""Peak: the fastest that a device multiplies matrices, measured and not as its maker says."""

from time import perf_counter

import torch

from engine.gpu.device import settle

TIMES, ROUNDS = 10, 5


@torch.inference_mode()
def matrix_peak(device: torch.device, side: int) -> float:
    """FLOP a second, of bfloat16; the best of a few rounds."""
    one, other = (torch.randn(side, side, device=device).to(torch.bfloat16) for _ in range(2))
    into = torch.empty_like(one)
    best = 0.0
    for _ in range(ROUNDS):
        settle(device)
        started = perf_counter()
        for _ in range(TIMES):
            torch.mm(one, other, out=into)
        settle(device)
        best = max(best, 2 * side**3 * TIMES / (perf_counter() - started))
    return best
