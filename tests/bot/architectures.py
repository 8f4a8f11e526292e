"""Computes the sizes of the usual models anew, from their descriptions and without any weights."""

import json
import sys
import weakref
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

BLUEPRINTS = Path(__file__).parents[2] / "engine/gpu/models/blueprints"
HALF = torch.float16


class Alive(TorchDispatchMode):
    """The most bytes that were there at a time, but for the weights."""

    def __init__(self, module: torch.nn.Module) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch does not say its types
        weights = [*module.parameters(), *module.buffers()]
        self._known = {each.untyped_storage()._cdata for each in weights}
        self._now = self.most = 0

    def __torch_dispatch__(self, function: Any, _: Any, given: Any = (), named: Any = None) -> Any:
        answer = function(*given, **(named or {}))
        for each in tree_leaves(answer):
            if isinstance(each, torch.Tensor):
                self._add(each.untyped_storage())
        return answer

    def _add(self, storage: Any) -> None:
        key, size = storage._cdata, storage.nbytes()
        if key not in self._known:
            self._known.add(key)
            self._now += size
            self.most = max(self.most, self._now)
            weakref.finalize(storage, self._forget, key, size)

    def _forget(self, key: int, size: int) -> None:
        self._known.discard(key)
        self._now -= size


def attention(query: Any, key: Any, value: Any, *_: Any, **__: Any) -> Any:
    """One that keeps no table of all pairs, as there is on a card."""
    shape = (*query.shape[:-1], value.shape[-1])
    return torch.empty(shape, dtype=query.dtype, device=query.device)


def empty(*shape: int) -> torch.Tensor:
    return torch.empty(*shape, dtype=HALF, device="meta")


def count(module: torch.nn.Module) -> int:
    return sum(int(each.numel()) for each in module.parameters())


def described(kind: str, part: str) -> Any:
    return json.loads((BLUEPRINTS / kind / part / "config.json").read_text())


def alive(module: torch.nn.Module, work: Callable[[], Any]) -> int:
    with torch.no_grad(), Alive(module) as mode:
        work()
    most: int = mode.most
    return most


def sizes(network: torch.nn.Module) -> dict[str, int]:
    lists = [each for each in network.children() if isinstance(each, torch.nn.ModuleList)]
    blocks = [count(block) for each in lists for block in each]
    rest = count(network) - sum(blocks)
    leaves = [sum(w.numel() for w in each.parameters(recurse=False)) for each in network.modules()]
    return {
        "network": count(network),
        "blocks": rest + max(first + second for first, second in pairwise(blocks)),
        "layers": max(leaves),
    }


def networks() -> dict[str, tuple[torch.nn.Module, Callable[[int], Any], tuple[int, ...]]]:
    """Each with a step by the side of the picture, and the sides."""
    import diffusers

    unet, sd3, flux = (
        diffusers.UNet2DConditionModel,
        diffusers.SD3Transformer2DModel,
        diffusers.FluxTransformer2DModel,
    )
    one, sdxl = (
        unet.from_config(described("sd1", "unet")),
        unet.from_config(described("sdxl", "unet")),
    )
    three = sd3.from_config(described("sd3-medium", "transformer"))
    # Its class is described by its defaults.
    four = flux(guidance_embeds=True)
    for each in (one, sdxl, three, four):
        each.to(HALF)

    def of_sdxl(side: int) -> Any:
        more = {"text_embeds": empty(2, 1280), "time_ids": empty(2, 6)}
        return sdxl(latents(2, 4, side), empty(2), empty(2, 77, 2048), added_cond_kwargs=more)

    def of_flux(side: int) -> Any:
        places = (side // 16) ** 2
        ids = [torch.zeros(length, 3, device="meta") for length in (places, 512)]
        words = empty(1, 512, 4096), empty(1, 768), empty(1)
        return four(empty(1, places, 64), *words, *ids, empty(1))

    return {
        "SD 1.5": (
            one,
            lambda side: one(latents(2, 4, side), empty(2), empty(2, 77, 768)),
            (512, 768, 1024),
        ),
        "SDXL": (sdxl, of_sdxl, (768, 1024, 1536)),
        "SD3 medium": (
            three,
            lambda side: three(latents(2, 16, side), empty(2, 333, 4096), empty(2, 2048), empty(2)),
            (768, 1024, 1536),
        ),
        "FLUX.1": (four, of_flux, (768, 1024, 1536)),
    }


def latents(rows: int, channels: int, side: int) -> torch.Tensor:
    return empty(rows, channels, side // 8, side // 8)


def encoders() -> dict[str, int]:
    import transformers

    def clip(kind: str, part: str, name: str) -> int:
        description = transformers.CLIPTextConfig(**described(kind, part))
        return count(getattr(transformers, name)(description))

    # As google/t5-v1_1-xxl describes itself.
    t5 = transformers.T5Config(
        d_ff=10240, d_kv=64, d_model=4096, num_heads=64, num_layers=24, vocab_size=32128,
        feed_forward_proj="gated-gelu", is_encoder_decoder=False, use_cache=False,
    )  # fmt: skip
    return {
        "clip": clip("sdxl", "text_encoder", "CLIPTextModel"),
        "gist": clip("sd3-medium", "text_encoder", "CLIPTextModelWithProjection"),
        "large": clip("sdxl", "text_encoder_2", "CLIPTextModelWithProjection"),
        "t5": count(transformers.T5EncoderModel(t5)),
    }


def room_of(
    network: torch.nn.Module, step: Callable[[int], Any], decoder: Any, channels: int, side: int
) -> int:
    return max(
        alive(network, lambda: step(side)),
        alive(decoder, lambda: decoder.decode(latents(1, channels, side))),
    )


def main() -> None:
    import diffusers

    torch.nn.functional.scaled_dot_product_attention = attention
    with torch.device("meta"):
        read = encoders()
        decoders = {
            channels: diffusers.AutoencoderKL.from_config(described(kind, "vae")).to(HALF)
            for kind, channels in (("sd1", 4), ("sd3-medium", 16))
        }
        told: dict[str, dict[str, Any]] = {}
        for name, (network, step, sides) in networks().items():
            channels = 4 if name in ("SD 1.5", "SDXL") else 16
            decoder = decoders[channels]
            others = {
                "SD 1.5": ("clip",),
                "SDXL": ("clip", "large"),
                "SD3 medium": ("gist", "large", "t5"),
                "FLUX.1": ("clip", "t5"),
            }[name]
            room = [[side, room_of(network, step, decoder, channels, side)] for side in sides]
            parts = sorted([*(read[each] for each in others), count(decoder)])
            told[name] = {**sizes(network), "others": parts, "room": room}
        without = [size for size in told["SD3 medium"]["others"] if size != read["t5"]]
        told["SD3 medium, no T5"] = {**told["SD3 medium"], "others": without}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
