"""ESRGAN: a network that enlarges a picture and invents the fine detail that it lacks.

The files of it that go round name its layers in three ways; its form is read off their shapes.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

COLOURS = 3
SLOPE = 0.2
# How much of what a block finds is added to what it was given.
SHARE = 0.2
DENSE = range(1, 6)
MOST_UPS = 4
# Of the layers that follow the blocks, by the number at which they stand where they have no names.
_NUMBERED = re.compile(r"model\.(\d+)\.(weight|bias)")
_SPELT = (
    (re.compile(r"^model\.1\.sub\.(\d+)\.RDB(\d)\.conv(\d)\.0\."), r"body.\1.rdb\2.conv\3."),
    (re.compile(r"^RRDB_trunk\.(\d+)\.RDB(\d)\.conv(\d)\."), r"body.\1.rdb\2.conv\3."),
    (re.compile(r"^model\.1\.sub\.\d+\.(weight|bias)$"), r"conv_body.\1"),
    (re.compile(r"^trunk_conv\."), "conv_body."),
    (re.compile(r"^upconv(\d)\."), r"conv_up\1."),
    (re.compile(r"^HRconv\."), "conv_hr."),
)


class Esrgan(nn.Module):
    """A convolution, residual blocks of dense blocks, and an enlargement by two, or several."""

    def __init__(self, *, channels: int, growth: int, blocks: int, ups: int, shrinks: int) -> None:
        """`shrinks` is how many pixels a side are taken for one before everything else."""
        super().__init__()
        self._ups = ups
        self._shrinks = shrinks
        self.scale = 2**ups // shrinks
        self.conv_first = _convolution(COLOURS * shrinks**2, channels)
        self.body = nn.Sequential(*(_Block(channels, growth) for _ in range(blocks)))
        self.conv_body = _convolution(channels, channels)
        for number in range(1, ups + 1):
            self.add_module(f"conv_up{number}", _convolution(channels, channels))
        self.conv_hr = _convolution(channels, channels)
        self.conv_last = _convolution(channels, COLOURS)

    def forward(self, picture: Tensor) -> Tensor:
        """Numbers from 0 to 1, `scale` times as many a side."""
        if self._shrinks > 1:
            picture = functional.pixel_unshuffle(picture, self._shrinks)
        seen = self.conv_first(picture)
        seen = seen + self.conv_body(self.body(seen))
        for number in range(1, self._ups + 1):
            larger = functional.interpolate(seen, scale_factor=2, mode="nearest")
            seen = _leaky(self.get_submodule(f"conv_up{number}")(larger))
        answer: Tensor = self.conv_last(_leaky(self.conv_hr(seen)))
        return answer


class _Block(nn.Module):
    def __init__(self, channels: int, growth: int) -> None:
        super().__init__()
        self.rdb1 = _Dense(channels, growth)
        self.rdb2 = _Dense(channels, growth)
        self.rdb3 = _Dense(channels, growth)

    def forward(self, seen: Tensor) -> Tensor:
        answer: Tensor = self.rdb3(self.rdb2(self.rdb1(seen)))
        return answer * SHARE + seen


class _Dense(nn.Module):
    """Every convolution sees what all before it have found."""

    def __init__(self, channels: int, growth: int) -> None:
        super().__init__()
        for number in DENSE:
            out = channels if number == DENSE[-1] else growth
            self.add_module(f"conv{number}", _convolution(channels + (number - 1) * growth, out))

    def forward(self, seen: Tensor) -> Tensor:
        found = [seen]
        for number in DENSE:
            found.append(self.get_submodule(f"conv{number}")(torch.cat(found, dim=1)))
            if number != DENSE[-1]:
                found[-1] = _leaky(found[-1])
        return found[-1] * SHARE + seen


def esrgan_of(weights: Mapping[str, Tensor]) -> Esrgan:
    """Raises ValueError where the weights are not those of such a network."""
    named = _renamed(weights)
    first, growing = named.get("conv_first.weight"), named.get("body.0.rdb1.conv1.weight")
    if first is None or growing is None or not first.ndim == growing.ndim == 4:
        raise ValueError("it is no network of the kind ESRGAN")
    shrinks = {COLOURS * side**2: side for side in (1, 2, 4)}.get(first.shape[1])
    if shrinks is None:
        raise ValueError(f"it reads {first.shape[1]} channels, and a picture has {COLOURS}")
    ups = sum(f"conv_up{number}.weight" in named for number in range(1, MOST_UPS + 1))
    blocks = {name.split(".")[1] for name in named if name.startswith("body.")}
    form: dict[str, Any] = {"channels": first.shape[0], "growth": growing.shape[0]}
    # Without numbers: they are taken from the file at once.
    with torch.device("meta"):
        network = Esrgan(**form, blocks=len(blocks), ups=ups, shrinks=shrinks)
    if 2**ups < shrinks:
        raise ValueError("it makes pictures smaller")
    try:
        network.load_state_dict(OrderedDict(named), assign=True)
    except RuntimeError as error:
        told = str(error).strip().splitlines()
        raise ValueError(f"its layers are others: {told[-1].strip()}") from None
    return network.float().eval().requires_grad_(False)


def _renamed(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    named = {}
    tail = sorted({int(found[1]) for name in weights if (found := _NUMBERED.fullmatch(name))})
    places = dict(zip(tail, _places(len(tail)), strict=True))
    for name, weight in weights.items():
        if found := _NUMBERED.fullmatch(name):
            name = f"{places[int(found[1])]}.{found[2]}"
        for pattern, spelt in _SPELT:
            name = pattern.sub(spelt, name)
        named[name] = weight
    return named


def _places(count: int) -> list[str]:
    """What the numbered convolutions outside of the blocks are, in their order."""
    ups = [f"conv_up{number}" for number in range(1, count - 2)]
    return ["conv_first", *ups, "conv_hr", "conv_last"][:count]


def _convolution(given: int, made: int) -> nn.Conv2d:
    return nn.Conv2d(given, made, 3, padding=1)


def _leaky(seen: Tensor) -> Tensor:
    return functional.leaky_relu(seen, SLOPE)
