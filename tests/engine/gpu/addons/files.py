"""Makes ControlNets and IP-Adapters with random weights for the tiny pipelines, as files."""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from transformers import (
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
    DPTConfig,
    DPTForDepthEstimation,
    DPTImageProcessor,
)

from engine.addon import Kind
from engine.extra import Control, Reference
from engine.gpu.addons.shelves import Shelves
from tests.engine.gpu import tiny

SEEN, SEEN_DEEP = 24, 16
"""How wide the tiny image encoder answers of a whole picture, and of its parts."""


def controlnet(unet: Any, seed: int, **config: Any) -> Any:
    """A new one is silent until it was taught; this one is heard."""
    torch.manual_seed(seed)
    made = tiny.diffusers.ControlNetModel.from_unet(unet)
    made.register_to_config(**config)
    for layer in (*made.controlnet_down_blocks, made.controlnet_mid_block):
        torch.nn.init.normal_(layer.weight, std=0.3)
    for layer in made.controlnet_cond_embedding.modules():
        if isinstance(layer, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(layer.weight)
    return made.eval()


def save_controlnet(made: Any, root: Path, name: str) -> None:
    made.save_pretrained(root / Kind.CONTROLNET / name)


def adapter(unet: Any, seed: int, *, plus: bool = False) -> dict[str, dict[str, torch.Tensor]]:
    """Its tensors as they are published."""
    torch.manual_seed(seed)
    width = unet.config.cross_attention_dim
    layers: dict[str, torch.Tensor] = {}
    for number, hidden in enumerate(_crossing(unet)):
        for part in ("to_k_ip", "to_v_ip"):
            layers[f"{2 * number + 1}.{part}.weight"] = torch.randn(hidden, width) * 0.5
    if not plus:
        projection = {
            "proj.weight": torch.randn(4 * width, SEEN),
            "proj.bias": torch.randn(4 * width),
            "norm.weight": torch.ones(width),
            "norm.bias": torch.zeros(width),
        }
        return {"image_proj": projection, "ip_adapter": layers}
    return {"image_proj": _resampler(width), "ip_adapter": layers}


def _crossing(unet: Any) -> list[int]:
    """How wide each attention to the words is, in the order in which diffusers counts them."""
    widths = []
    for name in unet.attn_processors:
        if name.endswith("attn2.processor"):
            attention = unet.get_submodule(name.removesuffix(".processor"))
            widths.append(attention.to_q.weight.shape[0])
    return widths


def _resampler(width: int, inner: int = 64, depth: int = 4) -> dict[str, torch.Tensor]:
    tensors = {
        "latents": torch.randn(1, 5, inner),
        "proj_in.weight": torch.randn(inner, SEEN_DEEP),
        "proj_in.bias": torch.zeros(inner),
        "proj_out.weight": torch.randn(width, inner) * 0.2,
        "proj_out.bias": torch.zeros(width),
        "norm_out.weight": torch.ones(width),
        "norm_out.bias": torch.zeros(width),
    }
    for layer in range(depth):
        attention, words = f"layers.{layer}.0", f"layers.{layer}.1"
        for norm in ("norm1", "norm2"):
            tensors[f"{attention}.{norm}.weight"] = torch.ones(inner)
            tensors[f"{attention}.{norm}.bias"] = torch.zeros(inner)
        tensors[f"{attention}.to_q.weight"] = torch.randn(inner, inner) * 0.2
        tensors[f"{attention}.to_kv.weight"] = torch.randn(2 * inner, inner) * 0.2
        tensors[f"{attention}.to_out.weight"] = torch.randn(inner, inner) * 0.2
        tensors[f"{words}.0.weight"] = torch.ones(inner)
        tensors[f"{words}.0.bias"] = torch.zeros(inner)
        tensors[f"{words}.1.weight"] = torch.randn(4 * inner, inner) * 0.2
        tensors[f"{words}.3.weight"] = torch.randn(inner, 4 * inner) * 0.2
    return tensors


def save_adapter(made: dict[str, dict[str, torch.Tensor]], root: Path, name: str) -> None:
    folder = root / Kind.IP_ADAPTER
    folder.mkdir(exist_ok=True)
    tensors = {f"{part}.{key}": value for part, each in made.items() for key, value in each.items()}
    save_file(tensors, folder / f"{name}.safetensors")


def image_encoder() -> Any:
    torch.manual_seed(8)
    config = CLIPVisionConfig(
        hidden_size=SEEN_DEEP,
        intermediate_size=32,
        num_hidden_layers=3,
        num_attention_heads=2,
        image_size=32,
        patch_size=8,
        projection_dim=SEEN,
    )
    return CLIPVisionModelWithProjection(config).eval()


def save_depth_model(root: Path) -> None:
    """One that answers with something else for every picture."""
    torch.manual_seed(0)
    config = DPTConfig(
        hidden_size=16,
        num_hidden_layers=4,
        num_attention_heads=2,
        intermediate_size=32,
        image_size=32,
        patch_size=8,
        backbone_out_indices=[0, 1, 2, 3],
        neck_hidden_sizes=[8, 8, 8, 8],
        fusion_hidden_size=8,
        is_hybrid=False,
    )
    folder = root / "preprocessors" / "depth"
    model: Any = DPTForDepthEstimation(config)
    for weights in model.parameters():
        if weights.ndim > 1:
            torch.nn.init.kaiming_normal_(weights)
    # It answers with nothing below zero: this lifts it above.
    *_, last = (part for part in model.head.head if isinstance(part, torch.nn.Conv2d))
    torch.nn.init.uniform_(last.weight)
    model.save_pretrained(folder)
    DPTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder)


def digest(shelves: Shelves, kind: Kind, name: str) -> str:
    (found,) = (addon for addon in shelves.look().of(kind) if addon.name == name)
    return found.digest


def control(shelves: Shelves, name: str, **changes: Any) -> Control:
    found = digest(shelves, Kind.CONTROLNET, name)
    return Control(**{"name": name, "digest": found, "image": "lines", **changes})


def reference(shelves: Shelves, name: str, **changes: Any) -> Reference:
    found = digest(shelves, Kind.IP_ADAPTER, name)
    return Reference(**{"name": name, "digest": found, "image": "look", "weight": 0.6, **changes})
