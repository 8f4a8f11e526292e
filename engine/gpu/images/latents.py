"""Latents between an autoencoder, which makes them, and a network, which wants them scaled."""

from typing import Any

from torch import Tensor


def scaled(latents: Tensor, vae: Any) -> Tensor:
    """As the network paints them. The order of operations is diffusers', down to the last bit."""
    shift, scale = vae.config.shift_factor, vae.config.scaling_factor
    answer: Tensor = scale * latents if shift is None else (latents - shift) * scale
    return answer


def unscaled(latents: Tensor, vae: Any) -> Tensor:
    """As the autoencoder made them."""
    shift, scale = vae.config.shift_factor, vae.config.scaling_factor
    answer: Tensor = latents / scale if shift is None else latents / scale + shift
    return answer
