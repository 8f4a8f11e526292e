"""Tiny pipelines of every family with random weights, made here and never downloaded."""

from importlib import import_module
from typing import Any

import torch
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    T5Config,
    T5EncoderModel,
    T5Tokenizer,
)

from engine.gpu.quiet import hush

hush()
# Only now: importing the pipeline writes on the terminal until it is hushed.
diffusers: Any = import_module("diffusers")

START, END = "<|startoftext|>", "<|endoftext|>"
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,!?-"
WORDS = ("red", "green", "blue", "circle", "square", "fox", "on", "white", "ugly", "house")
NOISE = {
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "steps_offset": 1,
    "prediction_type": "epsilon",
    "timestep_spacing": "leading",
}


def tokenizer(pad: str = END) -> CLIPTokenizer:
    vocabulary = {START: 0, END: 1}
    merges: list[tuple[str, str]] = []

    def known(token: str) -> None:
        vocabulary.setdefault(token, len(vocabulary))

    for letter in LETTERS:
        known(letter)
        known(f"{letter}</w>")
    for word in WORDS:
        grown = word[0]
        for letter in [*word[1:-1], f"{word[-1]}</w>"]:
            if grown + letter not in vocabulary:
                merges.append((grown, letter))
            grown += letter
            known(grown)
    return CLIPTokenizer(
        vocab=vocabulary,
        merges=merges,
        bos_token=START,
        eos_token=END,
        unk_token=END,
        pad_token=pad,
        model_max_length=77,
    )


def t5_tokenizer() -> T5Tokenizer:
    pieces = ["<pad>", "</s>", "<unk>", "▁", *LETTERS, *(f"▁{word}" for word in WORDS)]
    scores = [(piece, -float(number)) for number, piece in enumerate(pieces)]
    return T5Tokenizer(vocab=scores, extra_ids=0, model_max_length=512)


def clip(kind: Any, words: CLIPTokenizer, width: int = 32) -> Any:
    text = CLIPTextConfig(
        vocab_size=len(words),
        hidden_size=width,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        projection_dim=width,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )
    return kind(text).eval()


def t5(words: T5Tokenizer) -> Any:
    text = T5Config(vocab_size=len(words), d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4)
    encoder: Any = T5EncoderModel(text)
    return encoder.eval()


def autoencoder(channels: int, **config: Any) -> Any:
    return diffusers.AutoencoderKL(
        block_out_channels=(8, 16, 16, 16),
        latent_channels=channels,
        norm_num_groups=8,
        layers_per_block=1,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        **config,
    ).eval()


def network(kind: str, last: str, **config: Any) -> Any:
    made = getattr(diffusers, kind)(**config)
    # Random networks answer with nearly nothing; a visible answer shows every difference.
    torch.nn.init.normal_(getattr(made, last).weight, std=0.08)
    return made.eval()


def unet(channels: int, *, inpaints: bool = False, **config: Any) -> Any:
    """One for inpainting sees a mask and the latents of what is kept beside its own."""
    return network(
        "UNet2DConditionModel",
        "conv_out",
        sample_size=16,
        in_channels=2 * channels + 1 if inpaints else channels,
        out_channels=channels,
        block_out_channels=(16, 32),
        layers_per_block=1,
        norm_num_groups=8,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        **config,
    )


def quiet(pipe: Any) -> Any:
    pipe.set_progress_bar_config(disable=True)
    return pipe


def pipeline(channels: int = 4, *, inpaints: bool = False, **noise: Any) -> Any:
    """The same weights every time; `noise` changes the scheduler's config."""
    torch.manual_seed(0)
    words = tokenizer()
    return quiet(
        diffusers.StableDiffusionPipeline(
            text_encoder=clip(CLIPTextModel, words),
            tokenizer=words,
            unet=unet(channels, inpaints=inpaints, cross_attention_dim=32, attention_head_dim=4),
            vae=autoencoder(channels),
            scheduler=diffusers.EulerDiscreteScheduler.from_config({**NOISE, **noise}),
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )
    )


def sdxl(*, inpaints: bool = False, **noise: Any) -> Any:
    torch.manual_seed(1)
    first, second = tokenizer(), tokenizer(pad="!")
    return quiet(
        diffusers.StableDiffusionXLPipeline(
            text_encoder=clip(CLIPTextModel, first),
            tokenizer=first,
            text_encoder_2=clip(CLIPTextModelWithProjection, second, width=64),
            tokenizer_2=second,
            unet=unet(
                4,
                inpaints=inpaints,
                cross_attention_dim=32 + 64,
                attention_head_dim=(2, 4),
                transformer_layers_per_block=(1, 2),
                use_linear_projection=True,
                addition_embed_type="text_time",
                addition_time_embed_dim=8,
                projection_class_embeddings_input_dim=6 * 8 + 64,
            ),
            vae=autoencoder(4, scaling_factor=0.13025),
            scheduler=diffusers.EulerDiscreteScheduler.from_config({**NOISE, **noise}),
            add_watermarker=False,
        )
    )


def sd3(*, with_t5: bool = True, **noise: Any) -> Any:
    torch.manual_seed(2)
    words, large_words = tokenizer(), t5_tokenizer()
    return quiet(
        diffusers.StableDiffusion3Pipeline(
            text_encoder=clip(CLIPTextModelWithProjection, words, width=16),
            tokenizer=words,
            text_encoder_2=clip(CLIPTextModelWithProjection, words, width=16),
            tokenizer_2=words,
            text_encoder_3=t5(large_words) if with_t5 else None,
            tokenizer_3=large_words if with_t5 else None,
            transformer=network(
                "SD3Transformer2DModel",
                "proj_out",
                sample_size=16,
                patch_size=2,
                in_channels=16,
                out_channels=16,
                num_layers=2,
                attention_head_dim=8,
                num_attention_heads=4,
                joint_attention_dim=32,
                caption_projection_dim=32,
                pooled_projection_dim=32,
                pos_embed_max_size=12,
            ),
            vae=autoencoder(16, scaling_factor=1.5305, shift_factor=0.0609),
            scheduler=diffusers.FlowMatchEulerDiscreteScheduler(**{"shift": 3.0, **noise}),
        )
    )


def flux(*, told_guidance: bool = True) -> Any:
    torch.manual_seed(3)
    words, large_words = tokenizer(), t5_tokenizer()
    return quiet(
        diffusers.FluxPipeline(
            text_encoder=clip(CLIPTextModel, words),
            tokenizer=words,
            text_encoder_2=t5(large_words),
            tokenizer_2=large_words,
            transformer=network(
                "FluxTransformer2DModel",
                "proj_out",
                patch_size=1,
                in_channels=64,
                num_layers=1,
                num_single_layers=1,
                attention_head_dim=16,
                num_attention_heads=2,
                joint_attention_dim=32,
                pooled_projection_dim=32,
                axes_dims_rope=(4, 4, 8),
                guidance_embeds=told_guidance,
            ),
            vae=autoencoder(16, scaling_factor=0.3611, shift_factor=0.1159),
            scheduler=diffusers.FlowMatchEulerDiscreteScheduler(
                shift=3.0, use_dynamic_shifting=True
            ),
        )
    )
