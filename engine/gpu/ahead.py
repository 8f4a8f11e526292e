"""Ahead: what a scheduler has in main memory reaches the card without anybody waiting for it.

diffusers copies noise and times as if they were wanted at once: the thread then stands still until
the card has done all that it was asked for, in every step of most samplers.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode


class SentAhead(TorchFunctionMode):
    """Within it, copies from main memory to the card are asked for and not waited for.

    Nor is the card asked whether a small system of equations, as UniPC has them, can be solved.
    """

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
        if func is torch.linalg.solve:
            return torch.linalg.solve_ex(*args, **options)[0]
        if func is Tensor.__getitem__ and self._are_places(*args):
            # torch would send the list and wait.
            return torch.stack([args[0][place] for place in args[1]])
        return func(*args, **options)

    def _are_places(self, tensor: Tensor, places: Any) -> bool:
        """Whether they are a list of them, in what is there."""
        is_there = tensor.device.type == self._device.type
        return is_there and isinstance(places, list) and all(type(each) is int for each in places)

    def _leaves(self, tensor: Tensor, target: Any = None, *_: Any, **options: Any) -> bool:
        """Whether it goes to the device as `tensor.to(device)` says it."""
        target = options.get("device", target)
        if tensor.device.type != "cpu" or not isinstance(target, str | torch.device):
            return False
        return torch.device(target).type == self._device.type != "cpu"
