"""FP8: the matrix products of a network's transformer blocks in eight bits instead of sixteen.

Every row of numbers has a scale of its own, found anew for each input. So a tile's numbers are
rounded alike whoever else is in the forward.
"""

from typing import cast

import torch
from torch import Tensor
from torch.nn import Linear, Module

from engine.errors import Misconfigured

EIGHT_BITS = torch.float8_e4m3fn
LARGEST = torch.finfo(EIGHT_BITS).max
# A row of zeros stays one.
LEAST_SCALE = 1e-12
# The kernels take matrices only whose sides are multiples of it.
SIDE = 16
# Of compute capability: the first cards that multiply in eight bits (Ada, then Hopper).
FIRST = (8, 9)
BLOCKS = frozenset(
    {
        "BasicTransformerBlock",
        "JointTransformerBlock",
        "FluxTransformerBlock",
        "FluxSingleTransformerBlock",
    }
)
"""diffusers' classes of them. What is around them is convolutions, or as small as it is touchy."""


def require_eight_bits(device: torch.device) -> None:
    """Raise Misconfigured where the device cannot multiply in eight bits."""
    if device.type != "cuda":
        raise Misconfigured(
            f"EASEL_SHORTCUTS has fp8, which needs an NVIDIA card, and Easel paints on {device}. "
            "Leave it out."
        )
    name = torch.cuda.get_device_name(device)
    require_capability(name, torch.cuda.get_device_capability(device))


def require_capability(name: str, capability: tuple[int, int]) -> None:
    """Raise Misconfigured where a card of that name and compute capability is too old."""
    if capability < FIRST:
        least, there = (".".join(map(str, version)) for version in (FIRST, capability))
        raise Misconfigured(
            f"EASEL_SHORTCUTS has fp8, which needs a card of compute capability {least} or more, "
            f"of the Ada generation or a newer one. {name} has {there}. Leave it out."
        )


class EightBitLinear(Linear):
    """With its weights rounded beside the real ones, which `shorten` does."""

    shortened: bool
    small: Tensor
    small_scale: Tensor

    def shorten(self) -> None:
        small, scale = rounded(self.weight.detach())
        # In no file, but on whatever device the layer goes to.
        self.register_buffer("small", small, persistent=False)
        self.register_buffer("small_scale", scale, persistent=False)
        self.shortened = True

    def forward(self, input: Tensor) -> Tensor:
        if not self.shortened:
            return super().forward(input)
        numbers, scale = rounded(input.reshape(-1, self.in_features))
        answer: Tensor = torch._scaled_mm(
            numbers,
            self.small.t(),
            scale_a=scale,
            scale_b=self.small_scale.t(),
            # The only one that every kernel with a scale for each row can answer in.
            out_dtype=torch.bfloat16,
            use_fast_accum=True,
        ).to(input.dtype)
        if self.bias is not None:
            answer = answer + self.bias
        return answer.reshape(*input.shape[:-1], self.out_features)


class EightBits:
    """Belongs to one network. The real weights stay, for LoRAs are put on those."""

    def __init__(self, network: Module) -> None:
        made = [shortened(layer) for layer in linears_of(network)]
        self._layers = [layer for layer in made if layer is not None]
        self._used = True

    def __len__(self) -> int:
        return len(self._layers)

    def use(self, used: bool) -> None:
        """Whether the forwards from now on are in eight bits."""
        if used != self._used:
            for layer in self._layers:
                layer.shortened = used
            self._used = used


def rounded(numbers: Tensor) -> tuple[Tensor, Tensor]:
    """In eight bits, and a column of scales that makes each row as large again as it was."""
    numbers = numbers.float()
    scale = (numbers.abs().amax(dim=-1, keepdim=True) / LARGEST).clamp(min=LEAST_SCALE)
    return (numbers / scale).to(EIGHT_BITS), scale


def linears_of(network: Module) -> list[Linear]:
    """Those in its transformer blocks that see each place of a picture or each word."""
    return [
        layer
        for block in network.modules()
        if type(block).__name__ in BLOCKS
        for name, layer in block.named_modules()
        # Only this very kind. Norms read one row a picture: nothing is to be gained by them.
        if type(layer) is Linear and "norm" not in name
    ]


def shortened(layer: Linear) -> EightBitLinear | None:
    """The same layer in eight bits from now on; None where it cannot be."""
    if layer.in_features % SIDE or layer.out_features % SIDE:
        return None
    layer.__class__ = EightBitLinear
    quick = cast(EightBitLinear, layer)
    quick.shorten()
    return quick
