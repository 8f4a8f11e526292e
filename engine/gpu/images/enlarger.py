"""Enlarger: makes finished pictures larger, by arithmetic or by a network that was taught to."""

import logging

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

from engine.addon import Kind
from engine.errors import PaintingFailed
from engine.gpu.addons.opened import opening
from engine.gpu.addons.shelves import NOWHERE, Shelves
from engine.gpu.device import ran_out_of_memory
from engine.gpu.images.esrgan import Esrgan, esrgan_of
from engine.gpu.lately import Lately
from engine.job import Recipe

log = logging.getLogger(__name__)

# What a network sees at a time, a side, and how much around it is only seen and not kept: a whole
# picture takes gigabytes. Smaller tiles than the smallest are mostly margin.
TILE, SMALLEST_TILE, MARGIN = 256, 64, 32
BLACK, WHITE = 0, 255


class Enlarger:
    """Belongs to the thread that owns the device. The network that was used last stays loaded."""

    def __init__(self, device: torch.device, shelves: Shelves | None = None) -> None:
        """`shelves` hold the networks; without them there are none."""
        self._device = device
        self._shelves = shelves or Shelves(NOWHERE)
        self._networks: Lately[tuple[str, str], Esrgan] = Lately(self._load, most=1)

    def enlarged(self, picture: Image.Image, recipe: Recipe) -> Image.Image:
        """In the final size of the recipe, by its upscaler."""
        if recipe.upscaler_digest:
            network = self._networks[recipe.upscaler, recipe.upscaler_digest]
            picture = _through(network, picture, recipe)
        return picture.resize(recipe.final_size, Image.Resampling.LANCZOS)

    def _load(self, asked: tuple[str, str]) -> Esrgan:
        file = self._shelves.file(Kind.UPSCALER, *asked)
        with opening(Kind.UPSCALER, asked[0]):
            return esrgan_of(load_file(file)).to(self._device)


def enlarged_latents(latents: Tensor, width: int, height: int) -> Tensor:
    """Blurred: a second pass has to paint the detail."""
    return torch.nn.functional.interpolate(latents, size=(height, width), mode="bilinear")


def _through(network: Esrgan, picture: Image.Image, recipe: Recipe) -> Image.Image:
    """As often as it takes to be large enough; one that does not enlarge is asked once."""
    device = network.conv_last.weight.device
    pixels = torch.from_numpy(np.asarray(picture.convert("RGB")).copy())
    signal = pixels.permute(2, 0, 1)[None].to(device).float() / WHITE
    while True:
        signal = _fitting(network, signal).clamp(0, 1)
        if network.scale == 1 or signal.shape[-1] >= recipe.final_size[0]:
            break
    if not torch.isfinite(signal).all():
        raise PaintingFailed(
            f"The upscaler “{recipe.upscaler}” makes no picture of that, only numbers that are "
            "none. Take another one, or Lanczos."
        )
    levels = (signal[0].permute(1, 2, 0) * WHITE).round().byte()
    return Image.fromarray(levels.cpu().numpy())


def _fitting(network: Esrgan, signal: Tensor) -> Tensor:
    """In smaller tiles where memory runs out. Others must make room for the smallest."""
    tile = TILE
    while tile > SMALLEST_TILE:
        try:
            return in_tiles(network, signal, tile=tile)
        except Exception as error:
            if not ran_out_of_memory(error):
                raise
        # Only after the block: its traceback keeps the tensors that did not fit.
        tile //= 2
        log.warning("memory ran out while a picture was enlarged, so tiles are %d wide", tile)
    return in_tiles(network, signal, tile=tile)


def in_tiles(network: Esrgan, signal: Tensor, *, tile: int = TILE, margin: int = MARGIN) -> Tensor:
    """What the network makes of the whole, from tiles that each see a margin around themselves."""
    scale = network.scale
    height, width = signal.shape[-2:]
    made = signal.new_empty(*signal.shape[:2], height * scale, width * scale)
    for top in range(0, height, tile):
        for left in range(0, width, tile):
            bottom, right = min(top + tile, height), min(left + tile, width)
            above, before = min(margin, top), min(margin, left)
            below, behind = min(margin, height - bottom), min(margin, width - right)
            seen = signal[..., top - above : bottom + below, left - before : right + behind]
            answer = network(seen)
            made[..., top * scale : bottom * scale, left * scale : right * scale] = answer[
                ...,
                above * scale : (above + bottom - top) * scale,
                before * scale : (before + right - left) * scale,
            ]
    return made
