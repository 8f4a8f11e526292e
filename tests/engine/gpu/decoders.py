"""A tiny decoder for previews with random weights."""

from typing import Any

import torch

from tests.engine.gpu.tiny import diffusers


def decoder() -> Any:
    """TAESD's architecture, thinner; the same weights every time."""
    torch.manual_seed(0)
    made = diffusers.AutoencoderTiny(
        encoder_block_out_channels=(8,) * 4, decoder_block_out_channels=(8,) * 4
    )
    return made.eval()
