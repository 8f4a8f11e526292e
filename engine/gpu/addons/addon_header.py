"""For which kind of model an add-on is made, by the names and shapes in its header alone."""

import re
from collections.abc import Mapping, Sequence

from engine.addon import Kind
from engine.gpu.addons.addon_picture import kind_by_header
from engine.gpu.addons.embedding_file import widths
from engine.gpu.models.architecture import FAMILIES, SDXL_WIDTH, Architecture, spoken
from engine.gpu.models.header import Header

_SD, _SDXL = FAMILIES["StableDiffusionPipeline"], FAMILIES["StableDiffusionXLPipeline"]
_SD3, _FLUX = FAMILIES["StableDiffusion3Pipeline"], FAMILIES["FluxPipeline"]

# The first matrix of a LoRA's layer: how wide what it reads is, in its second side.
_DOWN = r"(?:\.lora_down|\.lora_A|\.lora\.down|_lora\.down|\.lora_linear_layer\.down)\.weight$"
_READS_WORDS = re.compile(rf"attn2(?:_|\.)(?:processor\.)?to_[kv]{_DOWN}")
_READS_ITSELF = re.compile(rf"(?:add_q_proj|attn_to_q|attn\.to_q){_DOWN}")
_FIRST_CLIP = re.compile(rf"^(?:lora_te1?_|text_encoder\.).*(?:q_proj|to_q){_DOWN}")
_SECOND_CLIP = re.compile(rf"^(?:lora_te2_|text_encoder_2\.).*(?:q_proj|to_q){_DOWN}")
_FLUX_ONLY = re.compile(r"(?:double_blocks|single_blocks|single_transformer_blocks)[._]\d")
_SD3_ONLY = re.compile(r"joint_blocks[._]\d")
_TRANSFORMER = re.compile(r"^(?:transformer\.|lora_transformer_|lora_unet_joint)")
# The inside of FLUX.1, and those of the two sizes of SD3.
_FLUX_WIDTH, _SD3_WIDTHS = 3072, frozenset({1536, 2432})

# What trainers write down about the model, by how it begins.
_TOLD_IN = ("modelspec.architecture", "ss_base_model_version")
_TOLD = {
    "stable-diffusion-v1": "SD 1.x",
    "sd_v1": "SD 1.x",
    "sd_1": "SD 1.x",
    "stable-diffusion-v2": "SD 2.x",
    "sd_v2": "SD 2.x",
    "stable-diffusion-xl": "SDXL",
    "sdxl": "SDXL",
    "stable-diffusion-3": "SD3",
    "sd3": "SD3",
    "flux-1": "FLUX",
    "flux1": "FLUX",
}


def kind_of(kind: Kind, header: Header) -> str:
    """As on a ModelCard; empty where nothing tells."""
    shapes = {name: tuple(stored.shape) for name, stored in header.tensors.items()}
    match kind:
        case Kind.EMBEDDING:
            found = widths(shapes)
            return kind_of_embedding(found) if found else ""
        case Kind.LORA:
            return _kind_of_lora(shapes) or _told(header.metadata)
        case Kind.CONTROLNET | Kind.IP_ADAPTER:
            return kind_by_header(kind, header)
        case _:
            return ""


def kind_of_embedding(found: Sequence[int]) -> str:
    """By the widths of its vectors, one for each text encoder."""
    match found:
        case [width]:
            return _by_words(width, _SD)
        case [first, second]:
            return _by_words(first + second, _SDXL)
        case _:
            return spoken({}, _SD3)


def _kind_of_lora(shapes: Mapping[str, tuple[int, ...]]) -> str:
    if any(_FLUX_ONLY.search(name) for name in shapes):
        return spoken({}, _FLUX)
    if any(_SD3_ONLY.search(name) for name in shapes):
        return spoken({}, _SD3)
    if any(_TRANSFORMER.search(name) for name in shapes):
        return _of_transformer(_widths(_READS_ITSELF, shapes))
    words = _widths(_READS_WORDS, shapes)
    first, second = (_widths(clip, shapes) for clip in (_FIRST_CLIP, _SECOND_CLIP))
    match [*words], [*first], [*second]:
        case [width], _, []:
            return _by_words(width, _SDXL if width == SDXL_WIDTH else _SD)
        case [width], _, [_]:
            return _by_words(width, _SDXL)
        case [], [one], [other]:
            return _by_words(one + other, _SDXL)
        case _:
            # The first CLIP alone is the same in several kinds.
            return ""


def _by_words(width: int, kind: Architecture) -> str:
    """By the width of the text that the network reads."""
    return spoken({"cross_attention_dim": width}, kind)


def _of_transformer(inside: set[int]) -> str:
    if inside == {_FLUX_WIDTH}:
        return spoken({}, _FLUX)
    return spoken({}, _SD3) if inside and inside <= _SD3_WIDTHS else ""


def _widths(layer: re.Pattern[str], shapes: Mapping[str, tuple[int, ...]]) -> set[int]:
    """How wide what those layers read is."""
    return {shape[1] for name, shape in shapes.items() if len(shape) > 1 and layer.search(name)}


def _told(metadata: Mapping[str, str]) -> str:
    for field in _TOLD_IN:
        told = metadata.get(field, "").lower()
        for beginning, kind in _TOLD.items():
            if told.startswith(beginning):
                return kind
    return ""
