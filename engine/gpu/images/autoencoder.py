"""Autoencoder: pictures to latents and back."""

from collections.abc import Callable
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from engine.errors import PaintingFailed
from engine.gpu.images.latents import scaled, unscaled

RESCUED = "The autoencoder overflowed, so the picture was decoded in full precision."


class Autoencoder:
    """That of a pipeline. Its answers are in float32, whatever it computes in."""

    def __init__(self, pipe: Any, device: torch.device) -> None:
        self._pipe = pipe
        self._device = device

    @property
    def scale(self) -> int:
        """How many pixels beside each other are one place in the latents."""
        return int(self._pipe.vae_scale_factor)

    @property
    def channels(self) -> int:
        return int(self._pipe.vae.config.latent_channels)

    def signal(self, picture: Image.Image) -> Tensor:
        """The picture as numbers from -1 to 1."""
        signal: Tensor = self._pipe.image_processor.preprocess(picture)
        return signal

    def encoded(self, signal: Tensor, draw: Callable[[], Tensor]) -> Tensor:
        """As the network paints it. It is a cloud of pictures, and the draw says which of them."""
        vae = self._pipe.vae
        spread = vae.encode(signal.to(self._device, vae.dtype)).latent_dist
        return scaled(spread.mean.float() + spread.std.float() * draw(), vae)

    def decoded(self, latents: Tensor) -> tuple[Image.Image, tuple[str, ...]]:
        """The picture, and what is to be said with it. Raises PaintingFailed where there is none.

        Half precision overflows in some autoencoders; then it is tried in full.
        """
        vae = self._pipe.vae
        notes: tuple[str, ...] = ()
        signal = self._signal_of(latents)
        if not torch.isfinite(signal).all() and vae.dtype != torch.float32:
            precision = vae.dtype
            vae.to(torch.float32)
            try:
                signal = self._signal_of(latents)
            finally:
                vae.to(precision)
            notes = (RESCUED,)
        if not torch.isfinite(signal).all():
            raise PaintingFailed(
                "The autoencoder of this model makes no picture of that, only numbers that are "
                "none. Try another seed, or set another model."
            )
        picture: Image.Image = self._pipe.image_processor.postprocess(signal)[0]
        height, width = (side * self.scale for side in latents.shape[-2:])
        if picture.size != (width, height):
            raise RuntimeError(f"decoding made {picture.size} of latents for {width}x{height}")
        return picture, notes

    def _signal_of(self, latents: Tensor) -> Tensor:
        vae = self._pipe.vae
        signal: Tensor = vae.decode(unscaled(latents, vae).to(vae.dtype), return_dict=False)[0]
        return signal
