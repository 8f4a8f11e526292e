"""Shows what a tile will become: latents to colours by one small matrix."""

from io import BytesIO
from typing import Any

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from engine.gpu.latents import scaled

SIDE = 128
SWATCHES, SWATCH = 24, 64
# How diffusers calls it where a scheduler can do that and more. Those that can only do that do
# not say so.
FLOW = "flow_prediction"


def estimate(kind: str, time: Tensor, scheduler: Any, latents: Tensor, answer: Tensor) -> Tensor:
    """The finished latents as the network sees them now. `latents` are what it was shown."""
    if kind == "sample":
        return answer
    if kind == FLOW:
        strength: Tensor = time / scheduler.config.num_train_timesteps
        return latents - strength * answer
    signal: Tensor = scheduler.alphas_cumprod[int(time)].clamp(min=1e-4)
    noise: Tensor = 1 - signal
    if kind == "v_prediction":
        return signal.sqrt() * latents - noise.sqrt() * answer
    return (latents - noise.sqrt() * answer) / signal.sqrt()


class Colours:
    """The matrix from a model's latents to red, green and blue."""

    def __init__(self, matrix: Tensor) -> None:
        self._matrix = matrix.float().cpu()

    @classmethod
    def of(cls, vae: Any) -> "Colours":
        """Fitted by least squares to swatches that the model's own autoencoder encoded."""
        pictures = _swatches().to(vae.device, vae.dtype)
        latents = scaled(vae.encode(pictures).latent_dist.mean, vae)
        height, width = latents.shape[-2:]
        colours = functional.adaptive_avg_pool2d(pictures, (height, width))
        return cls(fit(latents.float().cpu(), colours.float().cpu()))

    def picture(self, latents: Tensor) -> Image.Image:
        """One tile's latents, a pixel for each place in them."""
        known = _with_one(latents[0].float().cpu(), dim=0)
        signal = torch.einsum("chw,cr->hwr", known, self._matrix)
        pixels = ((signal / 2 + 0.5).clamp(0, 1) * 255).round().byte()
        return Image.fromarray(pixels.numpy())


def small_png(picture: Image.Image) -> bytes:
    """The preview as people get it. Takes milliseconds, so not in the engine thread."""
    scale = SIDE / max(picture.size)
    width, height = (max(1, round(side * scale)) for side in picture.size)
    file = BytesIO()
    picture.resize((width, height), Image.Resampling.BILINEAR).save(file, "PNG", compress_level=1)
    return file.getvalue()


def fit(latents: Tensor, colours: Tensor) -> Tensor:
    """The matrix, its last row a constant, that leads best from the latents to the colours."""
    known = _with_one(latents, dim=1).movedim(1, -1).flatten(0, -2)
    wanted = colours.movedim(1, -1).flatten(0, -2)
    # A small penalty keeps channels that say nothing about colour at zero.
    square = known.T @ known + 1e-3 * len(known) * torch.eye(known.shape[1])
    matrix: Tensor = torch.linalg.solve(square, known.T @ wanted)
    return matrix


def _with_one(latents: Tensor, dim: int) -> Tensor:
    return torch.cat([latents, torch.ones_like(latents.narrow(dim, 0, 1))], dim=dim)


def _swatches() -> Tensor:
    """Flat fields and soft clouds of strong colours, the same every time."""
    generator = torch.Generator().manual_seed(0)

    def strong(cells: int) -> Tensor:
        return (torch.rand(SWATCHES, 3, cells, cells, generator=generator) * 4 - 2).clamp(-1, 1)

    flat = functional.interpolate(strong(2), size=SWATCH, mode="nearest")
    soft = functional.interpolate(strong(4), size=SWATCH, mode="bilinear", align_corners=False)
    return torch.cat([flat, soft])
