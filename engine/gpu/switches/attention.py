"""Attention: which of torch's kernels computes it."""

import logging
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from statistics import median
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from engine.gpu.device import ran_out_of_memory

log = logging.getLogger(__name__)

CANDIDATES: Mapping[str, SDPBackend] = {
    "flash": SDPBackend.FLASH_ATTENTION,
    "cudnn": SDPBackend.CUDNN_ATTENTION,
    "efficient": SDPBackend.EFFICIENT_ATTENTION,
}
# Those that compute everything, after the one that was chosen: not every shape suits every kernel.
LAST = SDPBackend.MATH
# A smaller gain than this is noise, and another kernel is another rounding.
WORTH = 0.02
ROUNDS = 5


class Attention:
    """As torch chooses by itself until one is chosen. The choice is of the whole process.

    So it is changed only where another one is wanted, and not taken back after each forward: a
    compiler in another thread bakes in what it finds.
    """

    _in_force: ClassVar[str | None] = None
    _order: ClassVar[ExitStack] = ExitStack()

    def __init__(self) -> None:
        self.kernel: str | None = None

    def put_in_force(self) -> None:
        """For all that is computed from now on."""
        if self.kernel == Attention._in_force:
            return
        Attention._order.close()
        if self.kernel is not None:
            others = [each for each in CANDIDATES.values() if each != CANDIDATES[self.kernel]]
            order = [CANDIDATES[self.kernel], *others, LAST]
            Attention._order.enter_context(sdpa_kernel(order, set_priority=True))
        Attention._in_force = self.kernel

    def used(self, work: Callable[[], Tensor]) -> Tensor:
        """What the work answers, by torch's own choice where the chosen kernel cannot do it."""
        self.put_in_force()
        try:
            return work()
        except RuntimeError as error:
            lost = isinstance(error, torch.AcceleratorError) or ran_out_of_memory(error)
            if self.kernel is None or lost:
                raise
            log.debug("attention by %s does not go here: %s", self.kernel, error)
        Attention().put_in_force()
        return work()

    def choose(self, seconds: Callable[[], float]) -> None:
        """The kernel with which a forward takes the fewest `seconds`, asked in turn."""
        self.kernel = None
        usual = [seconds()]
        taken: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            usual.append(seconds())
            for name, kernel in CANDIDATES.items():
                try:
                    # By itself, or the time of whatever does its work would be taken for its own.
                    with sdpa_kernel(kernel):
                        taken.setdefault(name, []).append(seconds())
                except RuntimeError as error:
                    if isinstance(error, torch.AcceleratorError):
                        raise
                    log.debug("no attention by %s: %s", name, error)
        # The first time of each is spent on getting ready.
        quick = {name: median(times[1:]) for name, times in taken.items() if len(times) == ROUNDS}
        self.kernel = quickest(median(usual[1:]), quick)


def quickest(usual: float, candidates: Mapping[str, float]) -> str | None:
    """The name of the one that is worth leaving torch's own choice for."""
    best = min(candidates, key=lambda name: candidates[name], default=None)
    if best is None or candidates[best] > usual * (1 - WORTH):
        return None
    return best
