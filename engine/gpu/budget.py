"""Budget: how many rows fit and gain, by what forwards took when the model was warmed up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import torch

from engine.curve import Curve, knee_at
from engine.gpu.device import idle_memory
from engine.gpu.kernels import STOCK_ROWS

# Fragments, and what other programs may take meanwhile.
SPARE = 0.1
# Nothing measures a CPU's memory, and wide forwards of large pictures take gigabytes of it.
CPU_PIXELS = 12 * 512**2


class Gauge(Protocol):
    """Measures the memory of a device."""

    def free(self) -> int:
        """Bytes that can be had now."""
        ...

    def start(self) -> None:
        """From here on the peak is watched."""
        ...

    def peak(self) -> int:
        """The most bytes since then beyond those that were in use at the start.

        What is played back from a recording takes none: measure before anything is recorded.
        """
        ...


class CudaGauge:
    """By what torch itself counts."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._before = 0

    def free(self) -> int:
        free, _ = torch.cuda.mem_get_info(self._device)
        return free + idle_memory(self._device)

    def start(self) -> None:
        torch.cuda.synchronize(self._device)
        torch.cuda.reset_peak_memory_stats(self._device)
        self._before = torch.cuda.memory_allocated(self._device)

    def peak(self) -> int:
        torch.cuda.synchronize(self._device)
        return torch.cuda.max_memory_allocated(self._device) - self._before


def gauge_of(device: torch.device) -> Gauge | None:
    """None on a CPU: what main memory has left depends on everybody else on the machine."""
    return CudaGauge(device) if device.type == "cuda" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a forward takes: some bytes at any size, and some for each pixel of each row."""

    fixed: float
    pixel: float

    def rows(self, pixels: int, free: int) -> int:
        """How many rows fit into that many bytes; 0 where not one does."""
        left = free * (1 - SPARE) - self.fixed
        return max(0, int(left / max(self.pixel * pixels, 1)))


def need_of(points: Mapping[int, int]) -> Need:
    """The line through two measured forwards: bytes by rows times pixels."""
    (less, small), (more, large) = sorted(points.items())
    pixel = max(0.0, (large - small) / (more - less))
    return Need(fixed=max(0.0, small - pixel * less), pixel=pixel)


def _nothing() -> int:
    return 0


@dataclass(slots=True)
class Budget:
    """What is known by model. Without a gauge, or before a model was measured, nothing is.

    Of what the gauge says `held` bytes are not for forwards. `most_pixels` is what all rows of a
    forward together should not pass in any case.
    """

    gauge: Gauge | None = None
    needs: dict[str, Need] = field(default_factory=dict)
    held: Callable[[], int] = _nothing
    most_pixels: int | None = None
    curves: dict[str, tuple[Curve, ...]] = field(default_factory=dict)

    def rows(self, model: str, pixels: int) -> int | None:
        """The most rows a forward should have; None where that is not known."""
        bounds = []
        if self.most_pixels is not None:
            # Never less than a tile takes by itself: halved it would be rounded otherwise.
            bounds.append(max(STOCK_ROWS, self.most_pixels // pixels))
        if model in self.curves:
            bounds.append(knee_at(pixels, self.curves[model]))
        if model in self.needs and self.gauge is not None:
            bounds.append(self.needs[model].rows(pixels, self.gauge.free() - self.held()))
        return min(bounds, default=None)


def budget_of(device: torch.device, held: Callable[[], int] = _nothing) -> Budget:
    """For models that are yet to be measured there."""
    most_pixels = CPU_PIXELS if device.type == "cpu" else None
    return Budget(gauge_of(device), held=held, most_pixels=most_pixels)
