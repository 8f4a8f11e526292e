"""Ahead: what a scheduler draws in main memory reaches the card without anybody waiting for it.

diffusers copies such noise as if it were wanted at once: the thread then stands still until the
card has done all that it was asked for, in every step of every sampler that adds noise.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode


class SentAhead(TorchFunctionMode):
    """Within it, copies from main memory to the card are asked for and not waited for."""

    def __init__(self, device: torch.device) -> None:
        super().__init__()
        self._device = device

    def __torch_function__(
        self,
        func: Any,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        options = dict(kwargs or {})
        if func is Tensor.to and self._leaves(*args, **options):
            first, *others = args
            if self._device.type == "cuda":
                # Memory that the card fetches by itself. Without it torch would keep a copy aside.
                first = first.pin_memory()
            return func(first, *others, **{**options, "non_blocking": True})
        return func(*args, **options)

    def _leaves(self, tensor: Tensor, target: Any = None, *_: Any, **options: Any) -> bool:
        """Whether it goes to the device as `tensor.to(device)` says it."""
        target = options.get("device", target)
        if tensor.device.type != "cpu" or not isinstance(target, str | torch.device):
            return False
        return torch.device(target).type == self._device.type != "cpu"
