"""Makes ESRGAN networks with random weights, in the three ways in which their files are named."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import torch

from engine.gpu.images.esrgan import Esrgan

Tensors = dict[str, torch.Tensor]


def upscaler(*, ups: int = 2, shrinks: int = 1, blocks: int = 2, seed: int = 0) -> Tensors:
    """As those who made Real-ESRGAN name it."""
    torch.manual_seed(seed)
    network = Esrgan(channels=8, growth=4, blocks=blocks, ups=ups, shrinks=shrinks)
    for weight in network.parameters():
        if weight.ndim > 1:
            torch.nn.init.kaiming_normal_(weight)
    # Its answers are colours, or nearly.
    torch.nn.init.constant_(network.get_parameter("conv_last.bias"), 0.5)
    network.conv_last.weight.data *= 0.1
    return {name: weight.clone() for name, weight in network.state_dict().items()}


def renamed(tensors: Tensors, spelt: Mapping[str, str]) -> Tensors:
    made = {}
    for name, tensor in tensors.items():
        for pattern, other in spelt.items():
            name = re.sub(pattern, other, name)
        made[name] = tensor
    return made


def trunk(tensors: Tensors) -> Tensors:
    """As in BSRGAN and its like."""
    return renamed(
        tensors,
        {
            r"^body\.(\d+)\.rdb": r"RRDB_trunk.\1.RDB",
            "^conv_body": "trunk_conv",
            "^conv_up": "upconv",
            "^conv_hr": "HRconv",
        },
    )


def numbered(tensors: Tensors) -> Tensors:
    """As in the first ESRGAN: by the places of the layers in a sequence."""
    ups = sum(name.startswith("conv_up") for name in tensors) // 2
    blocks = len({name.split(".")[1] for name in tensors if name.startswith("body.")})
    return renamed(
        tensors,
        {
            r"^body\.(\d+)\.rdb(\d)\.conv(\d)": r"model.1.sub.\1.RDB\2.conv\3.0",
            "^conv_first": "model.0",
            "^conv_body": f"model.1.sub.{blocks}",
            **{f"^conv_up{number}": f"model.{3 * number}" for number in range(1, ups + 1)},
            "^conv_hr": f"model.{3 * ups + 2}",
            "^conv_last": f"model.{3 * ups + 4}",
        },
    )


def plain(tensors: Tensors) -> Tensors:
    return tensors


STYLES: Mapping[str, Callable[[Tensors], Tensors]] = {
    "plain": plain,
    "trunk": trunk,
    "numbered": numbered,
}
FORMS: Mapping[str, dict[str, Any]] = {
    "1x": {"ups": 0},
    "2x": {"ups": 1},
    "4x": {"ups": 2},
    "8x": {"ups": 3},
    "1x by four": {"ups": 2, "shrinks": 4},
    "2x by two": {"ups": 2, "shrinks": 2},
}
