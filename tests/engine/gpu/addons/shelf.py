"""Makes LoRAs and embeddings for tiny pipelines, in the formats that people share."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from engine.addon import Kind
from engine.extra import Extra
from engine.gpu.addons.shelves import Shelves
from engine.job import Recipe
from tests.engine.gpu.together import recipe

Tensors = dict[str, torch.Tensor]
ATTENTION = ("to_q", "to_k", "to_v", "to_out.0", "q_proj", "k_proj", "v_proj", "out_proj")
KOHYA = {
    "unet": "lora_unet_",
    "text_encoder": "lora_te_text_model_",
}
KOHYA_XL = {
    "unet": "lora_unet_",
    "text_encoder": "lora_te1_text_model_",
    "text_encoder_2": "lora_te2_text_model_",
}

WIDTH = 32
"""Of the vectors that the tiny text encoder reads."""


def vectors(count: int = 3, width: int = WIDTH, seed: int = 0) -> torch.Tensor:
    """As an embedding holds them."""
    return torch.randn(count, width, generator=torch.Generator().manual_seed(seed))


def layers(pipe: Any, part: str) -> Iterator[tuple[str, Any]]:
    """The layers that LoRAs usually change."""
    for name, layer in getattr(pipe, part).named_modules():
        # As it was before the first LoRA came.
        layer = getattr(layer, "base_layer", layer)
        if isinstance(layer, torch.nn.Linear) and name.endswith(ATTENTION):
            yield name, layer


def kohya(pipe: Any, parts: Mapping[str, str] = KOHYA, *, seed: int = 0, rank: int = 2) -> Tensors:
    """As kohya's trainer writes it: no dots, an alpha for each layer."""
    made: Tensors = {}
    for part, name, down, up in _matrices(pipe, list(parts), seed, rank):
        layer = parts[part] + name.removeprefix("text_model.").replace(".", "_")
        made |= {f"{layer}.lora_down.weight": down, f"{layer}.lora_up.weight": up}
        made[f"{layer}.alpha"] = torch.tensor(float(rank) / 2)
    return made


def peft(pipe: Any, *parts: str, seed: int = 0, rank: int = 2) -> Tensors:
    """As diffusers writes it today."""
    made: Tensors = {}
    for part, name, down, up in _matrices(pipe, parts, seed, rank):
        layer = f"{part}.{name}"
        made |= {f"{layer}.lora_A.weight": down, f"{layer}.lora_B.weight": up}
    return made


def old(pipe: Any, *, seed: int = 0, rank: int = 2) -> Tensors:
    """As diffusers wrote it before it knew PEFT."""
    made: Tensors = {}
    for part, name, down, up in _matrices(pipe, ["unet", "text_encoder"], seed, rank):
        if part == "unet":
            above, _, last = name.removesuffix(".0").rpartition(".")
            layer = f"unet.{above}.processor.{last}_lora"
        else:
            layer = f"text_encoder.text_model.{name}.lora_linear_layer"
        made |= {f"{layer}.down.weight": down, f"{layer}.up.weight": up}
    return made


def _matrices(
    pipe: Any, parts: Any, seed: int, rank: int
) -> Iterator[tuple[str, str, torch.Tensor, torch.Tensor]]:
    chance = torch.Generator().manual_seed(seed)
    for part in parts:
        for name, layer in layers(pipe, part):
            down = torch.randn(rank, layer.in_features, generator=chance) * 0.3
            yield part, name, down, torch.randn(layer.out_features, rank, generator=chance) * 0.3


class Shelving:
    """A folder of add-ons that tests put files into."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.shelves = Shelves(root)

    def put(self, kind: Kind, name: str, tensors: Tensors, **metadata: str) -> Path:
        folder = self.root / kind
        folder.mkdir(exist_ok=True)
        file = folder / f"{name}.safetensors"
        whole = {key: tensor.contiguous() for key, tensor in tensors.items()}
        save_file(whole, file, metadata or None)
        return file

    def lora(self, name: str, tensors: Tensors, weight: float = 1.0) -> Extra:
        self.put(Kind.LORA, name, tensors)
        return self.extra(Kind.LORA, name, weight)

    def embedding(self, name: str, tensors: Tensors) -> Extra:
        self.put(Kind.EMBEDDING, name, tensors)
        return self.extra(Kind.EMBEDDING, name)

    def extra(self, kind: Kind, name: str, weight: float = 1.0) -> Extra:
        (addon,) = (each for each in self.shelves.look().of(kind) if each.name == name)
        return Extra(name=name, digest=addon.digest, weight=weight)


def wearing(*loras: Extra, **changes: Any) -> Recipe:
    return recipe(loras=loras, **changes)


def let_go(pipe: Any) -> None:
    """Take every LoRA off the parts: whoever comes next on them knows nothing of these."""
    parts = (pipe.unet, pipe.text_encoder)
    pipe.delete_adapters([name for part in parts for name in getattr(part, "peft_config", ())])
