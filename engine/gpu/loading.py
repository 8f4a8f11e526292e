"""Loads a model from its folder onto a device."""

from importlib import import_module
from pathlib import Path
from typing import Any

import torch

from engine.errors import BadModel
from engine.gpu.catalog import Model
from engine.gpu.device import ran_out_of_memory, weight_type
from engine.gpu.families.sd import StableDiffusion
from engine.gpu.family import Family
from engine.gpu.quiet import hush

FAMILIES = {"sd": StableDiffusion}


def load(model: Model, device: torch.device) -> Family:
    """Safetensors only, from the disk only. Raises BadModel where the parts do not fit."""
    hush()
    pipelines: Any = import_module("diffusers")
    try:
        pipe = pipelines.StableDiffusionPipeline.from_pretrained(
            model.folder,
            dtype=weight_type(device),
            variant=_variant(model.folder),
            use_safetensors=True,
            local_files_only=True,
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )
        pipe.set_progress_bar_config(disable=True)
        with torch.inference_mode():
            return FAMILIES[model.card.family](pipe.to(device), model.card)
    except (OSError, ValueError, RuntimeError, KeyError, AttributeError, ImportError) as error:
        sentence = f"{model.card.name} cannot be loaded: {str(error).splitlines()[0]}"
        if ran_out_of_memory(error):
            sentence = f"{model.card.name} does not fit into the memory here. Take a smaller model."
        raise BadModel(sentence) from error


def _variant(folder: Path) -> str | None:
    """Some folders hold only the half-precision files, under another name."""
    unet = folder / "unet"
    plain = (unet / "diffusion_pytorch_model.safetensors").is_file()
    half = any(unet.glob("*.fp16*.safetensors"))
    return "fp16" if half and not plain else None
