"""Cap: how much memory of a device may be taken, so that it runs out where there is plenty."""

from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import Tensor

from engine.gpu.device import free
from engine.gpu.family import Family

# What is pretended of a processor: bytes for each place of the latents, of a step and of decoding.
STEP, DECODING = 64, 256


class Cap(Protocol):
    """Of one device."""

    def needed(self) -> int:
        """The bytes that were taken at most so far."""
        ...

    def set(self, most: int) -> None:
        """No more than that from now on."""
        ...


class CudaCap:
    """By torch's own allocator, of the whole program."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._there = torch.cuda.get_device_properties(device).total_memory

    def needed(self) -> int:
        return torch.cuda.max_memory_reserved(self._device)

    def set(self, most: int) -> None:
        # What lies idle in the allocator would be handed out all the same.
        free(self._device)
        # It takes no device without a number.
        number = self._device.index or 0
        torch.cuda.set_per_process_memory_fraction(min(1.0, most / self._there), number)


class PretendedCap:
    """Where nobody limits memory, the networks say that there is none."""

    def __init__(self) -> None:
        self._needed = 0
        self._most: int | None = None

    def watch(self, family: Family) -> None:
        """From now on it needs memory here."""
        vae = family.pipe.vae
        family.network.register_forward_pre_hook(self._before(STEP), with_kwargs=True)
        vae.decoder.register_forward_pre_hook(self._before(DECODING), with_kwargs=True)

    def needed(self) -> int:
        return self._needed

    def set(self, most: int) -> None:
        self._most = most

    def _before(self, each: int) -> Callable[..., None]:
        def before(module: object, given: tuple[Tensor, ...], named: dict[str, Any]) -> None:
            latents: Tensor = given[0] if given else named["hidden_states"]
            rows, _, height, width = latents.shape
            needed = rows * height * width * each
            if self._most is not None and needed > self._most:
                raise torch.OutOfMemoryError("out of memory, as was pretended")
            self._needed = max(self._needed, needed)

        return before
