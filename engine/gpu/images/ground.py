"""Ground: what a tile is painted on: noise, a picture under it, and what is kept of that."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

import torch
from PIL import Image
from torch import Generator, Tensor

from engine.gpu.images.autoencoder import Autoencoder
from engine.gpu.images.canvas import WHITE, Canvas
from engine.gpu.images.noise import first_noise
from engine.gpu.painting import Kept
from engine.job import Recipe

Draw = Callable[[], Tensor]
Encoded = tuple[Tensor, tuple[str, ...]]
"""Latents, and what is to be said with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """`beside` is what a network for inpainting sees beside the latents, in channels of its own.

    `notes` say what was done to encode the pictures.
    """

    latents: Tensor
    kept: Kept | None = None
    beside: Tensor | None = None
    notes: tuple[str, ...] = ()


class Grounds:
    """Lays the ground of a model. Draws noise in the same order as diffusers does."""

    def __init__(self, autoencoder: Autoencoder, device: torch.device, *, inpaints: bool) -> None:
        """`inpaints` where the network was taught to see the mask and what is kept."""
        self._autoencoder = autoencoder
        self._device = device
        self._inpaints = inpaints

    def lay(
        self,
        recipe: Recipe,
        canvas: Canvas,
        scheduler: Any,
        generator: Generator,
        *,
        first: int,
        start: Tensor | None = None,
    ) -> Ground:
        """`first` is how many times are spared. `start` are latents in place of the picture."""
        draw = partial(self._draw, recipe, generator)
        # Flow schedulers begin with the plain noise.
        strongest = getattr(scheduler, "init_noise_sigma", 1.0)
        from_noise = canvas.picture is None and start is None
        # A mask leaves nothing of the picture under it where it is painted over wholly.
        whole = canvas.mask is not None and recipe.strength == 1.0
        source, notes = start, tuple[str, ...]()
        if source is None and canvas.picture is not None and not (whole and self._inpaints):
            masked = canvas.mask is not None
            source, notes = self._encoded(canvas.picture, draw, masked=masked)
        noise = first_noise(recipe, self._shape(recipe), generator).to(self._device)
        if from_noise or whole or source is None:
            latents = noise * strongest
        else:
            time = scheduler.timesteps[first : first + 1]
            latents = noisy(scheduler, source, noise, time)
        if self._inpaints:
            beside, more = self._beside(recipe, canvas, draw)
            return Ground(latents=latents, beside=beside, notes=(*notes, *more))
        if canvas.mask is None:
            return Ground(latents=latents, notes=notes)
        mask = self._mask(canvas.mask)
        if canvas.kept is not None and canvas.kept is not canvas.picture:
            source, more = self._encoded(canvas.kept, draw, masked=True)
            notes = (*notes, *more)
        # diffusers encodes the masked source too, without use; its draw moves the others.
        draw()
        if source is None:
            raise RuntimeError("a mask without a picture")
        kept = Kept(source=source, noise=noise, mask=mask)
        return Ground(latents=latents, kept=kept, notes=notes)

    def _encoded(self, picture: Image.Image, draw: Draw, *, masked: bool) -> Encoded:
        latents, notes = self._autoencoder.encoded(self._autoencoder.signal(picture), draw)
        # The order of numbers in memory chooses the kernels, and so the rounding. With a mask
        # diffusers has another one here.
        return latents.contiguous() if masked else latents, notes

    def _beside(self, recipe: Recipe, canvas: Canvas, draw: Draw) -> Encoded:
        """The mask, and the picture with a hole in it. Without a mask all of it is a hole."""
        size = (recipe.width, recipe.height)
        mask = canvas.mask or Image.new("L", size, WHITE)
        seen = self._autoencoder.signal(canvas.kept or Image.new("RGB", size))
        holed = seen * (_binary(mask, self._autoencoder.scale) < 0.5)
        latents, notes = self._autoencoder.encoded(holed, draw)
        return torch.cat([self._mask(mask), latents], dim=1), notes

    def _mask(self, mask: Image.Image) -> Tensor:
        """1 where to paint, for each place in the latents."""
        scale = self._autoencoder.scale
        size = (mask.height // scale, mask.width // scale)
        return torch.nn.functional.interpolate(_binary(mask, scale), size=size).to(self._device)

    def _shape(self, recipe: Recipe) -> tuple[int, ...]:
        scale = self._autoencoder.scale
        return (1, self._autoencoder.channels, recipe.height // scale, recipe.width // scale)

    def _draw(self, recipe: Recipe, generator: Generator) -> Tensor:
        return torch.randn(self._shape(recipe), generator=generator).to(self._device)


def noisy(scheduler: Any, source: Tensor, noise: Tensor, time: Tensor) -> Tensor:
    """The source as it looks at that time of the painting."""
    if hasattr(scheduler, "scale_noise"):
        flowing: Tensor = scheduler.scale_noise(source, time, noise)
        return flowing
    noised: Tensor = scheduler.add_noise(source, noise, time)
    return noised


def _binary(mask: Image.Image, scale: int) -> Tensor:
    # The reader that diffusers' own inpainting has.
    reader = import_module("diffusers.image_processor").VaeImageProcessor(
        vae_scale_factor=scale, do_normalize=False, do_binarize=True, do_convert_grayscale=True
    )
    signal: Tensor = reader.preprocess(mask)
    return signal
