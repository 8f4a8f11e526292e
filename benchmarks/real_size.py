"""Real size: the pipelines of the models by their published sizes, with random weights, no files.

A card takes as long for random weights as for taught ones, so times are real; pictures are noise.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import torch
from torch.nn import Module

from benchmarks.hashing import HashingTokenizer
from benchmarks.published import (
    AUTOENCODER,
    NARROW_AUTOENCODER,
    NARROW_SIDE,
    Config,
    Published,
    Reader,
)
from engine.card import ModelCard
from engine.gpu.quiet import hush

SMALL = 0.5
"""Of what keeps the size of a signal through a layer.

Half precision ends at 65504. Layers that keep the size add up where they are bridged, to a hundred
times it in a deep network, and a step adds that to the latents fifty times. With half of it every
bridge adds a quarter, and norms bring it back: fifty steps stay finite. With much less the networks
would answer with nothing, and no switch could be seen to change a picture.
"""
T5_LENGTH, T5_END = 256, 1


def real_size(
    model: Published,
    device: torch.device,
    dtype: torch.dtype,
    *,
    narrow: bool = False,
    with_optional: bool = False,
    seed: int = 0,
) -> Any:
    """The pipeline, made on the device in that precision; the same weights every time.

    `with_optional` also has the readers that most people leave out, as the T5 of SD3. On the meta
    device it has sizes and no numbers.
    """
    hush()
    diffusers: Any = import_module("diffusers")
    parts: dict[str, Any] = {
        "scheduler": getattr(diffusers, model.scheduler)(**model.noise),
        "vae": _part(
            diffusers.AutoencoderKL,
            {**AUTOENCODER, **model.autoencoder, **(NARROW_AUTOENCODER if narrow else {})},
            device,
            dtype,
            seed,
        ),
        model.network: _part(
            getattr(diffusers, model.network_kind),
            {**model.size, **(model.narrow if narrow else {})},
            device,
            dtype,
            seed + 1,
        ),
    }
    for number, reader in enumerate(model.readers):
        name = reader.part.replace("text_encoder", "tokenizer")
        if reader.optional and not with_optional:
            parts |= {reader.part: None, name: None}
            continue
        parts[name] = _tokenizer(reader)
        parts[reader.part] = _reader(reader, device, dtype, seed + 2 + number, narrow=narrow)
    pipe = getattr(diffusers, model.pipeline)(**parts, **model.without)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def card_of(model: Published, *, narrow: bool = False) -> ModelCard:
    """What the engine must know of it."""
    side = NARROW_SIDE if narrow else model.side
    return ModelCard(
        name=model.name,
        family=model.family,
        digest=f"random-{model.name}",
        width=side,
        height=side,
        # Nothing larger is asked for here, so the engine need not measure that.
        largest=side,
        steps=model.steps[0],
        guidance=model.guidance,
        sampler="Euler",
        multiple=model.multiple,
    )


def _part(kind: Any, size: Config, device: torch.device, dtype: torch.dtype, seed: int) -> Any:
    with made_on(device, dtype):
        part = kind(**size)
    return _settled(part, device, dtype, seed)


def _reader(
    reader: Reader, device: torch.device, dtype: torch.dtype, seed: int, *, narrow: bool
) -> Any:
    transformers = import_module("transformers")
    size = {**reader.size, **(reader.narrow if narrow else {})}
    config = "T5Config" if reader.kind.startswith("T5") else "CLIPTextConfig"
    with made_on(device, dtype):
        part = getattr(transformers, reader.kind)(getattr(transformers, config)(**size))
    return _settled(part, device, dtype, seed)


def _tokenizer(reader: Reader) -> HashingTokenizer:
    if reader.kind.startswith("T5"):
        return HashingTokenizer(T5_LENGTH, start=None, end=T5_END)
    return HashingTokenizer()


def _settled(part: Module, device: torch.device, dtype: torch.dtype, seed: int) -> Module:
    """With weights of our own: how libraries fill them differs from version to version."""
    part.eval().requires_grad_(False)
    if device.type != "meta":
        lottery = torch.Generator(device).manual_seed(seed)
        for name, weights in part.named_parameters():
            if weights.ndim > 1:
                weights.normal_(std=SMALL * weights[0].numel() ** -0.5, generator=lottery)
            elif name.endswith("bias"):
                weights.zero_()
    return part.to(dtype)


@contextmanager
def made_on(device: torch.device, dtype: torch.dtype) -> Iterator[None]:
    """What is made meanwhile lies there in that precision, and never anywhere else."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with device:
            yield
    finally:
        torch.set_default_dtype(before)
