"""Shows what a tile will become, by a small matrix or by a small decoder."""

import logging
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from engine.card import ModelCard
from engine.gpu.film import exposed
from engine.gpu.images.latents import scaled
from engine.gpu.tiny_decoder import SIDE as LARGEST_SIDE
from engine.gpu.tiny_decoder import TinyDecoder, tiny_decoder_for

log = logging.getLogger(__name__)

Detail = Literal["off", "fast", "fine"]
SMALLEST_SIDE = 128
USUAL_EVERY = 4
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
    signal = _signal(scheduler.alphas_cumprod, float(time))
    noise = 1 - signal
    if kind == "v_prediction":
        return signal.sqrt() * latents - noise.sqrt() * answer
    return (latents - noise.sqrt() * answer) / signal.sqrt()


def _signal(known: Tensor, time: float) -> Tensor:
    """How much of what is seen is picture. Between two times as samplers find times for sigmas."""
    last = len(known) - 1
    earlier = min(int(time), last)
    # Not by a list: samplers take them to the card, and a list would be sent there and waited for.
    around = torch.stack([known[earlier], known[min(earlier + 1, last)]]).clamp(min=1e-4)
    # The logarithm of a squared sigma.
    noise = torch.log((1 - around) / around)
    return torch.sigmoid(-torch.lerp(noise[0], noise[1], time - earlier))


class Colours:
    """The matrix from a model's latents to red, green and blue."""

    def __init__(self, matrix: Tensor) -> None:
        self._matrix = matrix.float()

    @classmethod
    def of(cls, vae: Any, device: torch.device) -> "Colours":
        """Fitted by least squares to swatches that the model's own autoencoder encoded."""
        pictures = _swatches().to(device, vae.dtype)
        latents = scaled(vae.encode(pictures).latent_dist.mean, vae)
        height, width = latents.shape[-2:]
        colours = functional.adaptive_avg_pool2d(pictures, (height, width))
        return cls(fit(latents.float().cpu(), colours.float().cpu()).to(device))

    def signal(self, latents: Tensor) -> Tensor:
        """One tile's latents as colours, a pixel for each place in them."""
        known = _with_one(latents[0].float(), dim=0)
        return torch.einsum("chw,cr->hwr", known, self._matrix)


class Previews:
    """Looks at tiles while they are painted. One that fails is left out, and said in the log."""

    def __init__(self, decoder: Colours | TinyDecoder, *, every: int) -> None:
        self._decoder = decoder
        self._every = every
        self._failed = False

    def due(self, before: int, after: int) -> bool:
        """Whether the step that leads from that many whole steps to that many is worth one."""
        return after > before and after % self._every == 0

    @torch.inference_mode()
    def film(self, scheduler: Any, time: Tensor, latents: Tensor, answer: Tensor) -> Tensor | None:
        """What a tile will become, from what the network was shown and answered at that time."""
        kind = scheduler.config.get("prediction_type", FLOW)
        try:
            return exposed(self._decoder.signal(estimate(kind, time, scheduler, latents, answer)))
        except torch.AcceleratorError:
            raise  # the card itself is in disorder, and no step after this one would work
        except Exception as error:
            if not self._failed:
                log.warning("a preview failed, and is left out like others to come", exc_info=error)
            self._failed = True
            return None


@torch.inference_mode()
def open_previews(
    detail: Detail,
    *,
    every: int,
    card: ModelCard,
    vae: Any,
    device: torch.device,
    models_dir: Path,
) -> Previews | None:
    """By the family's small decoder where one is wanted and on the disk, else by the matrix.

    None where none are wanted. Raises BadModel where the decoder is not right for the model.
    """
    if detail == "off":
        return None
    decoder: Colours | TinyDecoder | None = None
    if detail == "fine":
        decoder = tiny_decoder_for(card, vae, device, models_dir)
    return Previews(decoder or Colours.of(vae, device), every=every)


def small_png(picture: Image.Image) -> bytes:
    """The preview as people get it. Takes milliseconds, so not in the engine thread."""
    longest = max(picture.size)
    scale = min(max(longest, SMALLEST_SIDE), LARGEST_SIDE) / longest
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
