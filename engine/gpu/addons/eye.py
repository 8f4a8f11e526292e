"""Eye: the image encoder that an IP-Adapter is told a picture by.

It lies beside the adapters, in a folder of any name with its config.json. Of several, an adapter
takes the first whose answers are as wide as what it reads.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from PIL.Image import Image
from torch import Tensor

from engine.addon import Kind
from engine.errors import PaintingFailed
from engine.gpu.addons.ip_adapter import Sees
from engine.gpu.addons.opened import opening


class Eye:
    """A CLIP that sees, and how it wants its pictures."""

    def __init__(self, encoder: Any) -> None:
        self._encoder = encoder
        side = encoder.config.image_size
        self._reader = import_module("transformers").CLIPImageProcessor(size=side, crop_size=side)

    def __call__(self, picture: Image, *, parts: bool, guided: bool) -> Tensor:
        """One picture in one row, its parts or the whole; with guidance below a row for none."""
        pixels = self._reader(picture, return_tensors="pt").pixel_values
        pixels = pixels.to(self._encoder.device, self._encoder.dtype)
        wanted = self._see(pixels, parts)
        if not guided:
            return wanted[:, None]
        # Of a whole picture nothing is zeros; of its parts it is what is seen of zeros.
        nothing = self._see(torch.zeros_like(pixels), parts) if parts else torch.zeros_like(wanted)
        return torch.cat([nothing, wanted])[:, None]

    def _see(self, pixels: Tensor, parts: bool) -> Tensor:
        seen: Any = self._encoder(pixels, output_hidden_states=parts)
        answer: Tensor = seen.hidden_states[-2] if parts else seen.image_embeds
        return answer


def encoder_beside(adapter: Path, sees: Sees) -> Path:
    """The folder of the one that fits. Raises PaintingFailed where there is none."""
    with opening(Kind.IP_ADAPTER, adapter.stem):
        for config in sorted(adapter.parent.glob("*/config.json")):
            description = import_module("transformers").CLIPVisionConfig.from_pretrained(
                config.parent, local_files_only=True
            )
            width = description.hidden_size if sees.parts else description.projection_dim
            if width == sees.width:
                return config.parent
    raise PaintingFailed(
        f"The IP-Adapter “{adapter.stem}” needs an image encoder {sees.width} wide, and there is "
        f"none in the folder {adapter.parent.name}. Put it there, in a folder of its own with its "
        "config.json; it comes with the adapter."
    )


def load_eye(folder: Path, device: torch.device, dtype: torch.dtype) -> Eye:
    """Raises PaintingFailed where it cannot be loaded."""
    with opening(Kind.IP_ADAPTER, folder.name):
        encoder = import_module("transformers").CLIPVisionModelWithProjection.from_pretrained(
            folder, dtype=dtype, use_safetensors=True, local_files_only=True
        )
        return Eye(encoder.to(device).eval())
