"""Autoencoder: pictures to latents and back."""

from collections.abc import Callable
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from engine.errors import PaintingFailed
from engine.gpu.images.latents import scaled, unscaled

RESCUED = "The autoencoder overflowed, so the picture was decoded in full precision."
SEEN_RESCUED = "The autoencoder overflowed, so the image was encoded in full precision."
NO_PICTURE = (
    "The autoencoder of this model makes no picture of that, only numbers that are none. "
    "Try another seed, or set another model."
)
NOTHING_SEEN = (
    "The autoencoder of this model sees nothing in that image, only numbers that are none. "
    "Take another image, or another model."
)


class Autoencoder:
    """That of a pipeline. Its answers are in float32, whatever it computes in.

    Half precision overflows in some autoencoders; then they are asked again in full. What is to be
    said about that comes with the answer.
    """

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

    def encoded(self, signal: Tensor, draw: Callable[[], Tensor]) -> tuple[Tensor, tuple[str, ...]]:
        """As the network paints it. It is a cloud of pictures, and the draw says which of them.

        Raises PaintingFailed where it is nothing.
        """
        vae = self._pipe.vae
        # Once, however often it is tried: whatever is drawn next must stay the same.
        drawn = draw()

        def latents() -> Tensor:
            spread = vae.encode(signal.to(self._device, vae.dtype)).latent_dist
            return scaled(spread.mean.float() + spread.std.float() * drawn, vae)

        return self._numbers(latents, rescued=SEEN_RESCUED, refusal=NOTHING_SEEN)

    def decoded(self, latents: Tensor) -> tuple[Image.Image, tuple[str, ...]]:
        """The picture. Raises PaintingFailed where there is none."""
        vae = self._pipe.vae

        def shown() -> Tensor:
            signal: Tensor = vae.decode(unscaled(latents, vae).to(vae.dtype), return_dict=False)[0]
            return signal

        signal, notes = self._numbers(shown, rescued=RESCUED, refusal=NO_PICTURE)
        colours: Tensor = self._pipe.image_processor.postprocess(signal, output_type="pt")[0]
        # As diffusers does it, but where it was decoded: a quarter of the bytes leave the card, and
        # the thread that everybody waits for has nothing to compute.
        pixels = (colours.permute(1, 2, 0).float() * 255).round().to(torch.uint8).contiguous()
        picture = Image.fromarray(pixels.cpu().numpy())
        height, width = (side * self.scale for side in latents.shape[-2:])
        if picture.size != (width, height):
            raise RuntimeError(f"decoding made {picture.size} of latents for {width}x{height}")
        return picture, notes

    def _numbers(
        self, work: Callable[[], Tensor], *, rescued: str, refusal: str
    ) -> tuple[Tensor, tuple[str, ...]]:
        vae = self._pipe.vae
        notes: tuple[str, ...] = ()
        made = work()
        if not torch.isfinite(made).all() and vae.dtype != torch.float32:
            precision = vae.dtype
            try:
                vae.to(torch.float32)
                made = work()
            finally:
                vae.to(precision)
            notes = (rescued,)
        if not torch.isfinite(made).all():
            raise PaintingFailed(refusal)
        return made, notes
