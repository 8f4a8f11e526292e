"""TinyDecoder: a small network that paints previews from latents, where one lies on the disk.

People know them as TAESD. The folder of models keeps them in `previews`, one for each family:
`previews/sd`, `previews/sdxl`, `previews/sd3` and `previews/flux`, each with a `config.json` and
a `diffusion_pytorch_model.safetensors`.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from engine.card import ModelCard
from engine.errors import BadModel
from engine.gpu.images.latents import unscaled
from engine.gpu.models.catalog import BUILT_IN
from engine.gpu.models.weights import require_safetensors
from engine.gpu.quiet import hush

FOLDER = "previews"
CONFIG, WEIGHTS = "config.json", "diffusion_pytorch_model.safetensors"
# Pixels of the longer side: what people see is no larger, and less has to leave the card.
SIDE = 256


class TinyDecoder:
    """As exact as the finished picture's outlines, for a few hundredths of a step's time."""

    def __init__(self, network: Any) -> None:
        self._network = network

    def signal(self, latents: Tensor) -> Tensor:
        """One tile's latents, as the model paints them, as colours of at most `SIDE` pixels."""
        # Such a network reads scaled latents, and says so by a scale of 1 in its config.
        read = unscaled(latents, self._network).to(self._network.device, self._network.dtype)
        signal = self._network.decode(read, return_dict=False)[0][0].float()
        height, width = signal.shape[-2:]
        if (scale := SIDE / max(height, width)) < 1:
            size = (max(1, round(height * scale)), max(1, round(width * scale)))
            signal = functional.adaptive_avg_pool2d(signal, size)
        colours: Tensor = signal.permute(1, 2, 0)
        return colours


def tiny_decoder_for(
    card: ModelCard, vae: Any, device: torch.device, models_dir: Path
) -> TinyDecoder | None:
    """The one of the model's family, in the precision of its autoencoder.

    None where there is none. Raises BadModel where it cannot be used with the model.
    """
    folder = models_dir / FOLDER / card.family
    # The built-in model is a family's by its networks alone: no other model has its latents.
    if card.name == BUILT_IN or not folder.is_dir():
        return None
    network = _load(folder)
    read, painted = network.config.latent_channels, vae.config.latent_channels
    if read != painted:
        raise BadModel(
            f"The preview decoder in {folder} reads latents of {read} channels, and {card.name} "
            f"paints in {painted}. Put the one for {card.family} there, or set EASEL_PREVIEWS "
            "to fast."
        )
    return TinyDecoder(network.to(device, vae.dtype))


def _load(folder: Path) -> Any:
    """Every weight from the file: what diffusers does not find there it would make up."""
    for file in (folder / CONFIG, folder / WEIGHTS):
        if not file.is_file():
            raise BadModel(
                f"The preview decoder in {folder} has no {file.name}. Download it again, or take "
                "the folder away."
            )
    require_safetensors(folder / WEIGHTS)
    hush()
    kind: Any = import_module("diffusers").AutoencoderTiny
    try:
        network = kind.from_config(kind.load_config(folder, local_files_only=True))
        network.load_state_dict(import_module("safetensors.torch").load_file(folder / WEIGHTS))
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError) as error:
        raise BadModel(
            f"The preview decoder in {folder} cannot be loaded: its {CONFIG} and {WEIGHTS} do not "
            "belong to each other. Download both again."
        ) from error
    return network.eval()
