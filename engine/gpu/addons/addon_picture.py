"""For which kind of model a ControlNet or an IP-Adapter is made, without loading it."""

import json
from pathlib import Path

from engine.addon import Kind
from engine.gpu.models.architecture import FAMILIES, SDXL_WIDTH, spoken
from engine.gpu.models.header import Header

_SD, _SDXL = FAMILIES["StableDiffusionPipeline"], FAMILIES["StableDiffusionXLPipeline"]
_SD3, _FLUX = FAMILIES["StableDiffusion3Pipeline"], FAMILIES["FluxPipeline"]
# By the class that a folder's own description names: those whose family is not in its widths.
_OF_CLASS = {"SD3ControlNetModel": _SD3, "FluxControlNetModel": _FLUX}
# The tensors that read words, or what stands beside them: their second side is the words' width.
_READS_WORDS = {
    Kind.CONTROLNET: ("attn2.to_k.weight",),
    Kind.IP_ADAPTER: ("to_k_ip.weight",),
}


def kind_by_config(folder: Path) -> str:
    """Of a ControlNet in a folder; empty where its description does not tell."""
    try:
        description = json.loads((folder / "config.json").read_text("utf-8"))
        if family := _OF_CLASS.get(description.get("_class_name")):
            return spoken({}, family)
        return _by_width(description["cross_attention_dim"])
    except (OSError, ValueError, KeyError, AttributeError, RecursionError):
        return ""


def kind_by_header(kind: Kind, header: Header) -> str:
    """Of one in a single file; empty where nothing in it reads words."""
    widths = {
        stored.shape[1]
        for name, stored in header.tensors.items()
        if name.endswith(_READS_WORDS[kind]) and len(stored.shape) == 2
    }
    return _by_width(widths.pop()) if len(widths) == 1 else ""


def _by_width(width: object) -> str:
    """As on a ModelCard."""
    if not isinstance(width, int):
        return ""
    return spoken({"cross_attention_dim": width}, _SDXL if width == SDXL_WIDTH else _SD)
