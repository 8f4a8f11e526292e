"""The kinds of checkpoints as they were published: real names and shapes, without a number."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import torch

from engine.gpu.models.blueprint import BLUEPRINTS, Blueprint
from tests.engine.gpu.models import original

LAYOUTS = {
    "sd1": "sd",
    "sd2": "sd2",
    "sdxl": "sdxl",
    "sd3-medium": "sd3",
    "sd3.5-medium": "sd3",
    "sd3.5-large": "sd3",
}
UNET, VAE, CLIP = "model.diffusion_model.", "first_stage_model.", "cond_stage_model."
CONVOLUTION_IN = f"{UNET}input_blocks.0.0.weight"


def blueprint(name: str) -> Blueprint:
    return Blueprint(folder=BLUEPRINTS / name)


@cache
def parts_of(name: str) -> Mapping[str, Any]:
    """The real classes at their real size, without a number in them."""
    described = blueprint(name)
    parts = {}
    with import_module("accelerate").init_empty_weights(include_buffers=True):
        for part in _parts(described):
            library, kind = described.index[part]
            made = getattr(import_module(library), kind)
            config = described.config(part)
            if library == "diffusers":
                parts[part] = made.from_config(dict(config))
            else:
                parts[part] = made(made.config_class(**config))
    return parts


def _parts(described: Blueprint) -> list[str]:
    return [
        part
        for part, what in described.index.items()
        if isinstance(what, list) and what[0] and not part.startswith(("tokenizer", "scheduler"))
    ]


@cache
def published(name: str) -> Mapping[str, torch.Tensor]:
    with torch.device("meta"):
        return original.checkpoint_of(LAYOUTS[name], parts_of(name))


def empty(*shape: int) -> torch.Tensor:
    return torch.empty(shape, device="meta")


def put(models: Path, weights: Mapping[str, torch.Tensor], **more: Any) -> Path:
    file = models / "it.safetensors"
    original.write_sparse(file, weights, **more)
    return file
