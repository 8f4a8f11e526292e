"""Loads a ControlNet from its diffusers folder, or from a single file beside which nothing lies."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from engine.addon import Kind
from engine.errors import PaintingFailed
from engine.gpu.addons.opened import opening

# What a network and its ControlNet must have in common, or they cannot work together.
COMMON = ("in_channels", "block_out_channels", "layers_per_block", "cross_attention_dim")

ADDED = {"label_emb.0.0.": "add_embedding.linear_1.", "label_emb.0.2.": "add_embedding.linear_2."}


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlNet:
    """`wants_words` where it was taught to be heard only beside what is wanted."""

    network: Any
    wants_words: bool


def load_controlnet(
    entry: Path, leads: Mapping[str, Any], device: torch.device, dtype: torch.dtype
) -> ControlNet:
    """For the network with the description `leads`. Raises PaintingFailed where it is not."""
    kind: Any = import_module("diffusers").ControlNetModel
    with opening(Kind.CONTROLNET, entry.stem):
        if entry.is_dir():
            _require_kind(entry)
            network, found = kind.from_pretrained(
                entry,
                output_loading_info=True,
                dtype=dtype,
                variant="fp16" if any(entry.glob("*.fp16*.safetensors")) else None,
                use_safetensors=True,
                local_files_only=True,
            )
            _require_whole(found["missing_keys"])
        else:
            network = _from_file(kind, entry, leads, dtype)
    if any(_plain(network.config[name]) != _plain(leads[name]) for name in COMMON):
        raise PaintingFailed(
            f"The ControlNet “{entry.stem}” is made for another kind of model. "
            "Take another model or leave it out."
        )
    return ControlNet(
        network=network.to(device).eval(), wants_words=network.config.global_pool_conditions
    )


def _from_file(kind: Any, file: Path, leads: Mapping[str, Any], dtype: torch.dtype) -> Any:
    """With diffusers' names of its tensors, or with those of whoever taught it.

    It is built like the first half of the network that it leads.
    """
    description = {name: leads[name] for name in kind._get_init_keys(kind) & leads.keys()}
    tensors = _renamed(load_file(file), description)
    with import_module("accelerate").init_empty_weights():
        network = kind.from_config(description)
    _require_whole(network.state_dict().keys() - tensors.keys())
    network.load_state_dict(tensors, strict=False, assign=True)
    return network.to(dtype)


def _renamed(
    tensors: Mapping[str, torch.Tensor], description: Mapping[str, Any]
) -> Mapping[str, torch.Tensor]:
    """By the names that diffusers gives them."""
    names = import_module("diffusers.loaders.single_file_utils")
    renamed = names.convert_controlnet_checkpoint(dict(tensors), description)
    # Of SDXL; diffusers leaves these out.
    for theirs, ours in ADDED.items():
        for name, tensor in tensors.items():
            if theirs in name:
                renamed[ours + name.partition(theirs)[2]] = tensor
    return {name: tensor for name, tensor in renamed.items() if tensor is not None}


def _require_whole(missing: Iterable[str]) -> None:
    for name in sorted(missing):
        raise ValueError(f"it lacks {name}")


def _require_kind(folder: Path) -> None:
    kind = json.loads((folder / "config.json").read_text("utf-8")).get("_class_name")
    if kind != "ControlNetModel":
        raise PaintingFailed(
            f"The ControlNet “{folder.name}” is a {kind:.60}, which I cannot use. "
            "I can use a ControlNetModel for SD 1.x, SD 2.x or SDXL."
        )


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
