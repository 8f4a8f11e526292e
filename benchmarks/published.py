"""Published: the sizes of Stable Diffusion 1.5, XL and 3 medium, as their makers wrote them down.

Beside each size stands a narrow one: the same parts in the same order, small enough to paint with
on any processor. Tests and trials take it; its times say nothing of a card.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Config = Mapping[str, Any]

DIFFUSION: Config = {
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "steps_offset": 1,
    "prediction_type": "epsilon",
    "timestep_spacing": "leading",
}
AUTOENCODER: Config = {
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "block_out_channels": (128, 256, 512, 512),
    "layers_per_block": 2,
}
NARROW_AUTOENCODER: Config = {"block_out_channels": (32, 32, 32, 32), "layers_per_block": 1}
CLIP_L: Config = {
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "projection_dim": 768,
    "hidden_act": "quick_gelu",
}
CLIP_BIG_G: Config = {
    "hidden_size": 1280,
    "intermediate_size": 5120,
    "num_hidden_layers": 32,
    "num_attention_heads": 20,
    "projection_dim": 1280,
    "hidden_act": "gelu",
}
NARROW_CLIP: Config = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "projection_dim": 32,
}
T5_XXL: Config = {
    "vocab_size": 32128,
    "d_model": 4096,
    "d_kv": 64,
    "d_ff": 10240,
    "num_layers": 24,
    "num_heads": 64,
    "feed_forward_proj": "gated-gelu",
}
NARROW_T5: Config = {"d_model": 64, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A text encoder: where it stands in the pipeline, its class, its size."""

    part: str
    kind: str
    size: Config
    narrow: Config = field(default_factory=lambda: NARROW_CLIP)
    optional: bool = False
    """Left out where nobody asks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A model by its sizes. `narrow` ones say only what is smaller.

    `steps` are those that the figures of others are known for, the first of them for everything
    that is measured once.
    """

    name: str
    title: str
    family: str
    pipeline: str
    network: str
    network_kind: str
    size: Config
    narrow: Config
    autoencoder: Config
    readers: tuple[Reader, ...]
    scheduler: str
    noise: Config
    side: int
    steps: tuple[int, ...]
    guidance: float
    multiple: int = 8
    without: Config = field(default_factory=dict)
    """What the pipeline is told to leave out."""
    upcasts: bool = False
    """Stock decodes it in float32, for its autoencoder overflows in float16."""


NARROW_SIDE = 128

SD15 = Published(
    name="sd15",
    title="SD 1.5",
    family="sd",
    pipeline="StableDiffusionPipeline",
    network="unet",
    network_kind="UNet2DConditionModel",
    size={"sample_size": 64, "cross_attention_dim": 768, "attention_head_dim": 8},
    narrow={
        "block_out_channels": (32, 32, 64, 64),
        "layers_per_block": 1,
        "cross_attention_dim": 32,
        "attention_head_dim": 4,
    },
    autoencoder={"sample_size": 512, "latent_channels": 4},
    readers=(Reader(part="text_encoder", kind="CLIPTextModel", size=CLIP_L),),
    scheduler="EulerDiscreteScheduler",
    noise=DIFFUSION,
    side=512,
    steps=(20, 30, 50),
    guidance=7.5,
    without={
        "safety_checker": None,
        "feature_extractor": None,
        "requires_safety_checker": False,
    },
)
SDXL = Published(
    name="sdxl",
    title="SDXL",
    family="sdxl",
    pipeline="StableDiffusionXLPipeline",
    network="unet",
    network_kind="UNet2DConditionModel",
    size={
        "sample_size": 128,
        "block_out_channels": (320, 640, 1280),
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        "transformer_layers_per_block": (1, 2, 10),
        "attention_head_dim": (5, 10, 20),
        "cross_attention_dim": 2048,
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 256,
        "projection_class_embeddings_input_dim": 2816,
        "use_linear_projection": True,
    },
    narrow={
        "block_out_channels": (32, 64, 64),
        "layers_per_block": 1,
        "transformer_layers_per_block": (1, 1, 2),
        "attention_head_dim": (2, 4, 4),
        "cross_attention_dim": 32 + 32,
        "addition_time_embed_dim": 8,
        "projection_class_embeddings_input_dim": 6 * 8 + 32,
    },
    autoencoder={
        "sample_size": 1024,
        "latent_channels": 4,
        "scaling_factor": 0.13025,
        "force_upcast": True,
    },
    readers=(
        Reader(part="text_encoder", kind="CLIPTextModel", size=CLIP_L),
        Reader(part="text_encoder_2", kind="CLIPTextModelWithProjection", size=CLIP_BIG_G),
    ),
    scheduler="EulerDiscreteScheduler",
    noise=DIFFUSION,
    side=1024,
    steps=(30, 25),
    guidance=5.0,
    without={"add_watermarker": False},
    upcasts=True,
)
SD3 = Published(
    name="sd3",
    title="SD3 medium",
    family="sd3",
    pipeline="StableDiffusion3Pipeline",
    network="transformer",
    network_kind="SD3Transformer2DModel",
    size={
        "sample_size": 128,
        "patch_size": 2,
        "in_channels": 16,
        "out_channels": 16,
        "num_layers": 24,
        "attention_head_dim": 64,
        "num_attention_heads": 24,
        "joint_attention_dim": 4096,
        "caption_projection_dim": 1536,
        "pooled_projection_dim": 2048,
        "pos_embed_max_size": 192,
    },
    narrow={
        "num_layers": 2,
        "attention_head_dim": 8,
        "num_attention_heads": 4,
        "joint_attention_dim": 64,
        "caption_projection_dim": 32,
        "pooled_projection_dim": 64,
        "pos_embed_max_size": 128,
    },
    autoencoder={
        "sample_size": 1024,
        "latent_channels": 16,
        "scaling_factor": 1.5305,
        "shift_factor": 0.0609,
        "use_quant_conv": False,
        "use_post_quant_conv": False,
        "force_upcast": True,
    },
    readers=(
        Reader(part="text_encoder", kind="CLIPTextModelWithProjection", size=CLIP_L),
        Reader(part="text_encoder_2", kind="CLIPTextModelWithProjection", size=CLIP_BIG_G),
        Reader(
            part="text_encoder_3",
            kind="T5EncoderModel",
            size=T5_XXL,
            narrow=NARROW_T5,
            optional=True,
        ),
    ),
    scheduler="FlowMatchEulerDiscreteScheduler",
    noise={"shift": 3.0},
    side=1024,
    steps=(28,),
    guidance=7.0,
    multiple=16,
)
MODELS: Mapping[str, Published] = {model.name: model for model in (SD15, SDXL, SD3)}
