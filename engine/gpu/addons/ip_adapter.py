"""Adapter: what of an IP-Adapter goes into a network, kept apart from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from safetensors.torch import load_file
from torch import Tensor

from engine.addon import Kind
from engine.errors import PaintingFailed
from engine.gpu.addons.opened import opening

# By the tensor that tells the kinds of IP-Adapters apart: those that see a whole picture at once,
# and those that see its parts. Its width is that of what the image encoder answers.
WHOLE, PARTS = ("proj.weight",), ("proj_in.weight", "proj.3.weight")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sees:
    """What an adapter must be told of a picture: how wide, and of its parts or of the whole."""

    width: int
    parts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """`layers` are diffusers' processors by the name of the attention that they go to."""

    layers: Mapping[str, Any]
    projection: Any
    sees: Sees


def load_adapter(pipe: Any, file: Path) -> Adapter:
    """The pipeline is as before afterwards; it must wear no other. Raises PaintingFailed."""
    with opening(Kind.IP_ADAPTER, file.stem):
        weights = load_file(file)
        parts = {part: _below(part, weights) for part in ("image_proj", "ip_adapter")}
        sees = _sees(file.stem, parts["image_proj"], parts["ip_adapter"])
        network, usual = pipe.unet, dict(pipe.unet.attn_processors)
        extractor = pipe.feature_extractor
        try:
            pipe.load_ip_adapter(parts, subfolder="", weight_name="", image_encoder_folder=None)
            (projection,) = network.encoder_hid_proj.image_projection_layers
            layers = {
                name: layer
                for name, layer in network.attn_processors.items()
                if hasattr(layer, "to_k_ip")
            }
        finally:
            network.encoder_hid_proj = None
            network.set_attn_processor(usual)
            network.config.encoder_hid_dim_type = None
            pipe.register_modules(feature_extractor=extractor)
    return Adapter(layers=layers, projection=projection, sees=sees)


def together(adapters: Sequence[Adapter], weights: Sequence[float]) -> Mapping[str, Any]:
    """Processors for the network that hear all of them, made of their own layers, not of copies."""
    made = {}
    for name, first in adapters[0].layers.items():
        layers = [adapter.layers[name] for adapter in adapters]
        layer = type(first)(first.hidden_size, first.cross_attention_dim, num_tokens=[])
        layer.num_tokens = [tokens for each in layers for tokens in each.num_tokens]
        layer.scale = list(weights)
        layer.to_k_ip.extend(each.to_k_ip[0] for each in layers)
        layer.to_v_ip.extend(each.to_v_ip[0] for each in layers)
        made[name] = layer.eval()
    return made


def projection_of(adapters: Sequence[Adapter]) -> Any:
    """What makes words of what they are told."""
    kind = import_module("diffusers.models.embeddings").MultiIPAdapterImageProjection
    return kind([adapter.projection for adapter in adapters]).eval()


def _below(part: str, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    start = f"{part}."
    return {
        name.removeprefix(start): weight
        for name, weight in weights.items()
        if name.startswith(start)
    }


def _sees(name: str, projection: Mapping[str, Tensor], layers: Mapping[str, Tensor]) -> Sees:
    if any("lora" in layer for layer in layers) or any("perceiver" in part for part in projection):
        raise PaintingFailed(
            f"The IP-Adapter “{name}” is a FaceID: it reads faces that another program measured, "
            "which I cannot do. Take a usual one, a plus or a full-face one."
        )
    if not layers or not projection:
        raise ValueError("it holds no image_proj and ip_adapter")
    for parts, telling in ((False, WHOLE), (True, PARTS)):
        for tensor in telling:
            if tensor in projection:
                read = projection["proj.0.weight" if tensor == "proj.3.weight" else tensor]
                return Sees(width=read.shape[1], parts=parts)
    raise ValueError("it is of a kind that I do not know")
