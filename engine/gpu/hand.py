"""Hand: how pictures come about on a device. Where it differs, a seed may mean other bits."""

from collections.abc import Collection

import torch

from engine.gpu.device import weight_type
from engine.shortcut import Shortcut
from engine.switch import SEEN, Switch

# Raised whenever a change of the engine changes the bits of any picture.
ENGINE = 1


def hand_of(device: torch.device, changes: Collection[Switch | Shortcut] = ()) -> str:
    """Like `engine 1, cpu, float32, 1 thread`; what changes pictures follows the precision."""
    plain = str(weight_type(device)).removeprefix("torch.")
    seen = [each for each in changes if isinstance(each, Shortcut) or each in SEEN]
    precision = ", ".join([plain, *sorted(seen)])
    if device.type == "cpu":
        threads = torch.get_num_threads()
        return f"engine {ENGINE}, cpu, {precision}, {threads} thread{'s' if threads > 1 else ''}"
    return f"engine {ENGINE}, {torch.cuda.get_device_name(device)}, {precision}"
