"""Film: a preview on its way from the device to people, without holding the device up."""

import torch
from PIL import Image
from torch import Tensor


def exposed(signal: Tensor) -> Tensor:
    """Colours from -1 to 1, height by width by three, sent to main memory.

    To be developed only when the device has done what it was asked: nobody waits for it here.
    """
    signal = signal.float()
    if signal.device.type == "cpu":
        return signal
    film = torch.empty(signal.shape, pin_memory=True)
    film.copy_(signal, non_blocking=True)
    return film


def developed(film: Tensor) -> Image.Image | None:
    """None where what was exposed is no picture: small decoders overflow too."""
    if not torch.isfinite(film).all():
        return None
    pixels = ((film / 2 + 0.5).clamp(0, 1) * 255).round().byte()
    return Image.fromarray(pixels.contiguous().numpy())
