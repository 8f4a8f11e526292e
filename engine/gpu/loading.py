"""Loads a model from its folder onto a device."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import torch

from engine.errors import BadModel
from engine.gpu.catalog import Model
from engine.gpu.device import ran_out_of_memory, weight_type
from engine.gpu.families.flux import Flux
from engine.gpu.families.sd import StableDiffusion
from engine.gpu.families.sd3 import StableDiffusion3
from engine.gpu.families.sdxl import StableDiffusionXL
from engine.gpu.family import Family
from engine.gpu.quiet import hush

FAMILIES: Mapping[str, type[Family]] = {
    "sd": StableDiffusion,
    "sdxl": StableDiffusionXL,
    "sd3": StableDiffusion3,
    "flux": Flux,
}


def load(model: Model, device: torch.device) -> Family:
    """Safetensors only, from the disk only. Raises BadModel where the parts do not fit."""
    hush()
    family = FAMILIES[model.card.family]
    pipeline: Any = getattr(import_module("diffusers"), family.pipeline)
    precision = weight_type(device)
    try:
        pipe = pipeline.from_pretrained(
            model.folder,
            dtype=family.half if precision == torch.float16 else precision,
            variant=_variant(model.folder),
            use_safetensors=True,
            local_files_only=True,
            **family.without,
        )
        pipe.set_progress_bar_config(disable=True)
        with torch.inference_mode():
            return family(pipe.to(device), model.card)
    except (OSError, ValueError, RuntimeError, KeyError, AttributeError, ImportError) as error:
        sentence = f"{model.card.name} cannot be loaded: {str(error).splitlines()[0]}"
        if ran_out_of_memory(error):
            sentence = f"{model.card.name} does not fit into the memory here. Take a smaller model."
        raise BadModel(sentence) from error


def _variant(folder: Path) -> str | None:
    """Some folders hold only the half-precision files, under another name."""
    networks = [folder / part for part in ("unet", "transformer")]
    # A large one is in several files, each with a number in its name.
    plain = any(
        file.name.count(".") == 1
        for network in networks
        for file in network.glob("diffusion_pytorch_model*.safetensors")
    )
    half = any(file for network in networks for file in network.glob("*.fp16*.safetensors"))
    return "fp16" if half and not plain else None
