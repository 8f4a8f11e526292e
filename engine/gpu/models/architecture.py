"""Architectures: what each kind of model is made of and likes, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.sampler import Noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """One row of the table below. `multiple` is what width and height must divide by.

    `patch` is the side of the square of latents that lie beside each other in one place of what
    the network reads, and `side` the usual side in latents; None where the network's own
    description says it. `unused` are parts that it does without although others load them. One that
    `skips` can leave out the last layers of what reads the prompt.
    """

    family: str
    noise: Noise = Noise.DIFFUSION
    network: str = "unet"
    encoders: tuple[str, ...] = ("text_encoder",)
    unused: frozenset[str] = frozenset()
    skips: bool = False
    multiple: int = 8
    patch: int = 1
    side: int | None = None
    sampler: str = "DPM++ 2M Karras"
    steps: int
    guidance: float


_SD = Architecture(
    family="sd",
    unused=frozenset({"feature_extractor"}),
    skips=True,
    steps=20,
    guidance=7.5,
)
_SDXL = Architecture(
    family="sdxl",
    encoders=("text_encoder", "text_encoder_2"),
    steps=30,
    guidance=5.0,
)
# By the class that a model's own index names.
FAMILIES = {
    "StableDiffusionPipeline": _SD,
    "StableDiffusionInpaintPipeline": _SD,
    "StableDiffusionXLPipeline": _SDXL,
    "StableDiffusionXLInpaintPipeline": _SDXL,
    "StableDiffusion3Pipeline": Architecture(
        family="sd3",
        noise=Noise.FLOW,
        network="transformer",
        encoders=("text_encoder", "text_encoder_2", "text_encoder_3"),
        multiple=16,
        sampler="Euler",
        steps=28,
        guidance=7.0,
    ),
    "FluxPipeline": Architecture(
        family="flux",
        noise=Noise.FLOW,
        network="transformer",
        encoders=("text_encoder", "text_encoder_2"),
        multiple=16,
        patch=2,
        side=128,
        sampler="Euler",
        steps=28,
        guidance=3.5,
    ),
}


# What LoRAs and their like are made for, by the width of the text that the network reads.
SD_BY_WIDTH = {768: "SD 1.x", 1024: "SD 2.x"}
SDXL_WIDTH = 2048
# To these it comes as it is, beside the noise: a mask, and the picture around it.
INPAINTING = frozenset({"sd", "sdxl"})


def is_special(network: Mapping[str, Any], vae: Mapping[str, Any], kind: Architecture) -> bool:
    """True where a model wants more than noise, words and what is around a mask.

    Or where it wants what none of its family wants.
    """
    channels = vae["latent_channels"] * kind.patch**2
    expected = {channels, 2 * channels + 1} if kind.family in INPAINTING else {channels}
    return bool(
        network["in_channels"] not in expected
        or network.get("time_cond_proj_dim")
        or (kind.family == "sdxl") != (network.get("addition_embed_type") == "text_time")
        or vae.get("latents_mean")
    )


def spoken(network: Mapping[str, Any], kind: Architecture) -> str:
    """What people call models that take the same LoRAs."""
    width: Any = network.get("cross_attention_dim")
    match kind.family:
        case "sd":
            return SD_BY_WIDTH.get(width, f"SD with text width {width}")
        case "sdxl":
            return "SDXL" if width == SDXL_WIDTH else f"SDXL with text width {width}"
        case "sd3":
            return "SD3"
        case family:
            return family.upper()


def likes(network: Mapping[str, Any], kind: Architecture) -> tuple[int, float]:
    """Steps and guidance. Some families have members that like others, and show it."""
    match kind.family:
        case "flux" if not network.get("guidance_embeds"):
            # Taught by a larger one to need few steps; it is not told any guidance.
            return 4, 1.0
        case "sd3" if network.get("qk_norm"):
            # That is 3.5.
            return kind.steps, 4.5
        case _:
            return kind.steps, kind.guidance
