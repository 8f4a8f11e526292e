"""Kernels: what a processor computes a wide forward with, where torch's own choice is not the best.

torch asks MKL for matrix products, and MKL leaves half of the vector units of other makers'
processors unused. oneDNN, which torch asks for most convolutions, is up to twice as fast there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from weakref import WeakSet

import torch
from torch import Tensor
from torch.nn import Conv2d, Linear, Module

# The rows of a stock pipeline's forward with guidance.
STOCK_ROWS = 2
# Weights that lie in the cache of a core: with channels side by side these are faster, though the
# weights are turned around every time. To turn heavier ones takes longer than it saves.
LIGHT = 2**19
# Processors that oneDNN is known to have good kernels for.
VECTORS = {"AVX2", "AVX512"}

# Of a thread, for stock pipelines may be at work in others.
_wide = ContextVar("wide", default=False)


class Kernels:
    """Chooses them for one forward after the other, in one thread.

    Up to the width of a stock pipeline's forward they are torch's own choice, so that a job alone
    and an exact one have its bits.
    """

    def __init__(self) -> None:
        self._known: WeakSet[Module] = WeakSet()

    @contextmanager
    def chosen(self, network: Module, rows: int) -> Iterator[None]:
        """For a forward of so many rows meanwhile."""
        if rows <= STOCK_ROWS or next(network.parameters()).device.type != "cpu":
            yield
            return
        if network not in self._known:
            widen(network)
            self._known.add(network)
        before = _wide.set(True)
        try:
            yield
        finally:
            _wide.reset(before)


class WideLinear(Linear):
    """Where there is only one place a row nothing is to be gained."""

    def forward(self, input: Tensor) -> Tensor:
        if input.ndim != 3 or not _gains(input):
            return super().forward(input)
        answer: Tensor = torch.ops.mkldnn._linear_pointwise(
            input, self.weight, self.bias, "none", [], ""
        )
        return answer


class WideConvolution(Conv2d):
    """torch itself asks MKL for a convolution of single places, up to 15 rows."""

    def forward(self, input: Tensor) -> Tensor:
        if not _gains(input):
            return super().forward(input)
        if self.weight.numel() <= LIGHT:
            input = input.contiguous(memory_format=torch.channels_last)
        # Never words: only those with numbers were made wide.
        padding = tuple(map(int, self.padding))
        return torch.mkldnn_convolution(
            input, self.weight, self.bias, padding, self.stride, self.dilation, self.groups
        )


def widen(network: Module) -> None:
    """Let its layers have other kernels in wide forwards, where the processor gains by that."""
    if not torch.backends.mkldnn.is_available():
        return
    if torch.backends.cpu.get_cpu_capability() not in VECTORS:
        return
    for layer in network.modules():
        # Only these very kinds: others, though built on them, may compute something else.
        if type(layer) is Linear:
            layer.__class__ = WideLinear
        elif type(layer) is Conv2d and _plain(layer):
            layer.__class__ = WideConvolution


def _gains(input: Tensor) -> bool:
    return _wide.get() and input.dtype == torch.float32 and input.device.type == "cpu"


def _plain(layer: Conv2d) -> bool:
    """Its padding is zeros, and told in numbers."""
    return layer.padding_mode == "zeros" and not isinstance(layer.padding, str)
