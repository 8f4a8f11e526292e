"""LoRAs on every family, each as diffusers itself wears them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.errors import PaintingFailed
from engine.gpu.addons.adapters import Adapters
from engine.gpu.addons.shelves import Shelves
from engine.gpu.families.flux import Flux
from engine.gpu.families.sd3 import StableDiffusion3
from engine.gpu.families.sdxl import StableDiffusionXL
from engine.job import Recipe
from engine.sampler import Noise
from tests.engine.gpu import tiny
from tests.engine.gpu.addons.shelf import KOHYA_XL, Shelving, Tensors, kohya, peft
from tests.engine.gpu.families.specimen import Specimen, specimen
from tests.engine.gpu.shortcuts.stale import Stale
from tests.engine.gpu.together import paint_together

MADE: dict[str, tuple[Callable[[], Any], Any, Noise]] = {
    "sdxl": (tiny.sdxl, StableDiffusionXL, Noise.DIFFUSION),
    "sd3": (tiny.sd3, StableDiffusion3, Noise.FLOW),
    "flux": (tiny.flux, Flux, Noise.FLOW),
}


@pytest.fixture
def shelving(tmp_path: Path) -> Shelving:
    return Shelving(tmp_path)


def flux_kohya(pipe: Any) -> Tensors:
    """One matrix for what diffusers keeps as three: three layers come of it."""
    width = pipe.transformer.inner_dim
    chance = torch.Generator().manual_seed(0)
    layer = "lora_unet_double_blocks_0_img_attn_qkv"
    return {
        f"{layer}.lora_down.weight": torch.randn(2, width, generator=chance),
        f"{layer}.lora_up.weight": torch.randn(3 * width, 2, generator=chance),
        f"{layer}.alpha": torch.tensor(2.0),
    }


OTHERS: dict[str, tuple[str, Callable[[Any], Tensors]]] = {
    "sdxl": ("sdxl", lambda pipe: kohya(pipe, KOHYA_XL)),
    "sdxl from diffusers": ("sdxl", lambda pipe: peft(pipe, "unet", "text_encoder_2")),
    "sd3": ("sd3", lambda pipe: peft(pipe, "transformer", "text_encoder")),
    "flux": ("flux", lambda pipe: peft(pipe, "transformer", "text_encoder")),
    "flux from kohya": ("flux", flux_kohya),
}


def made(name: str, shelves: Shelves | None = None) -> Specimen:
    """The same random weights each time, with a shelf or without."""
    build, kind, noise = MADE[name]
    fresh = specimen(build(), kind, name, multiple=16, noise=noise)
    with torch.inference_mode():
        return replace(fresh, family=kind(fresh.pipe, fresh.family.card, shelves))


def paint(specimen: Specimen, asked: Recipe) -> torch.Tensor:
    (sitting,) = paint_together(specimen.family, [asked])
    return sitting.latents


@pytest.mark.parametrize("case", OTHERS)
def test_every_family_wears_loras_as_diffusers_does(case: str, shelving: Shelving) -> None:
    name, make = OTHERS[case]
    theirs, ours = made(name), made(name, shelving.shelves)
    lora = shelving.lora("neon", make(theirs.pipe), weight=0.6)
    plain, asked = (ours.recipe(loras=loras) for loras in ((), (lora,)))
    before = paint(ours, plain)

    painted = paint(ours, asked)

    theirs.pipe.load_lora_weights(str(shelving.root / "loras" / "neon.safetensors"), "x")
    theirs.pipe.set_adapters(["x"], [0.6])
    assert torch.equal(painted, theirs.latents(asked))
    assert not torch.allclose(painted, before, atol=1e-3)
    assert torch.equal(paint(ours, plain), before)


def test_a_control_lora_which_would_rebuild_the_network_is_a_sentence(shelving: Shelving) -> None:
    flux = made("flux")
    width, channels = flux.pipe.transformer.inner_dim, flux.pipe.transformer.config.in_channels
    lora = shelving.lora(
        "control",
        {
            "transformer.x_embedder.lora_A.weight": torch.ones(2, 2 * channels),
            "transformer.x_embedder.lora_B.weight": torch.ones(width, 2),
        },
    )
    before = flux.pipe.transformer.x_embedder.weight.shape

    with torch.inference_mode(), pytest.raises(PaintingFailed, match="“control”"):
        Adapters(flux.pipe, "flux", shelving.shelves.file).wear((lora,))

    assert flux.pipe.transformer.x_embedder.weight.shape == before


def test_a_lora_with_weights_of_the_network_itself_is_a_sentence(shelving: Shelving) -> None:
    flux = made("flux")
    name = "transformer_blocks.0.attn.norm_q.weight"
    before = flux.pipe.transformer.get_parameter(name).clone()
    lora = shelving.lora(
        "control",
        peft(flux.pipe, "transformer") | {f"transformer.{name}": torch.zeros_like(before)},
    )

    with torch.inference_mode(), pytest.raises(PaintingFailed, match="“control”"):
        Adapters(flux.pipe, "flux", shelving.shelves.file).wear((lora,))

    assert torch.equal(flux.pipe.transformer.get_parameter(name), before)


def test_a_lora_of_two_text_encoders_is_worn_by_both(shelving: Shelving) -> None:
    pipe = tiny.sdxl()
    lora = shelving.lora("pair", kohya(pipe, KOHYA_XL))

    with torch.inference_mode():
        Adapters(pipe, "tiny", shelving.shelves.file).wear((lora,))

    parts = (pipe.unet, pipe.text_encoder, pipe.text_encoder_2)
    assert all(lora.digest in part.peft_config for part in parts)


@pytest.mark.parametrize("case", ["sdxl from diffusers", "sd3", "flux"])
def test_steps_that_are_not_whole_wear_them_too(case: str, shelving: Shelving) -> None:
    name, make = OTHERS[case]
    ours = made(name, shelving.shelves)
    asked = ours.recipe(loras=(shelving.lora("neon", make(ours.pipe)),), cache=2)

    latents = paint(ours, asked)

    with Stale(ours.family.network, "W.WWW").used():
        expected = paint(ours, replace(asked, cache=1))
    assert torch.equal(latents, expected)
    assert not torch.equal(latents, paint(ours, replace(asked, loras=())))
