"""Tiny Stable Diffusion pipelines with random weights, made here and never downloaded."""

from importlib import import_module
from typing import Any

import torch
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

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


def tokenizer() -> CLIPTokenizer:
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
        pad_token=END,
        model_max_length=77,
    )


def pipeline(channels: int = 4, **noise: Any) -> Any:
    """The same weights every time; `noise` changes the scheduler's config."""
    torch.manual_seed(0)
    words = tokenizer()
    text = CLIPTextConfig(
        vocab_size=len(words),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )
    encoder: Any = CLIPTextModel(text)
    unet = diffusers.UNet2DConditionModel(
        sample_size=16,
        in_channels=channels,
        out_channels=channels,
        block_out_channels=(32, 64),
        layers_per_block=1,
        cross_attention_dim=32,
        attention_head_dim=4,
        norm_num_groups=8,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
    )
    # Random networks answer with nearly nothing; a visible answer shows every difference.
    torch.nn.init.normal_(unet.conv_out.weight, std=0.08)
    vae = diffusers.AutoencoderKL(
        block_out_channels=(8, 16, 16, 16),
        latent_channels=channels,
        norm_num_groups=8,
        layers_per_block=1,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
    )
    pipe = diffusers.StableDiffusionPipeline(
        vae=vae.eval(),
        text_encoder=encoder.eval(),
        tokenizer=words,
        unet=unet.eval(),
        scheduler=diffusers.EulerDiscreteScheduler.from_config({**NOISE, **noise}),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe
