"""Every blueprint makes the very networks that were published, and knows their files."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import pytest
import torch
from transformers import CLIPTokenizer

from engine.gpu.models.blueprint import BLUEPRINTS, WORDS, blueprints_in
from tests.engine.gpu.models.published import blueprint, parts_of, published

# In millions, as they were published.
PARAMETERS = {
    "sd1": {"unet": 859.5, "vae": 83.7, "text_encoder": 123.1},
    "sd2": {"unet": 865.9, "vae": 83.7, "text_encoder": 340.4},
    "sdxl": {"unet": 2567.5, "vae": 83.7, "text_encoder": 123.1, "text_encoder_2": 694.7},
    "sd3-medium": {
        "vae": 83.8,
        "transformer": 2028.3,
        "text_encoder": 123.7,
        "text_encoder_2": 694.7,
    },
    "sd3.5-medium": {
        "vae": 83.8,
        "transformer": 2243.2,
        "text_encoder": 123.7,
        "text_encoder_2": 694.7,
    },
    "sd3.5-large": {
        "vae": 83.8,
        "transformer": 8056.6,
        "text_encoder": 123.7,
        "text_encoder_2": 694.7,
    },
}


def test_every_blueprint_is_known_here() -> None:
    assert {found.folder.name for found in blueprints_in(BLUEPRINTS)} == set(PARAMETERS)


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_blueprint_makes_networks_of_the_published_size(name: str) -> None:
    sizes = {
        part: round(sum(weights.numel() for weights in made.parameters()) / 1e6, 1)
        for part, made in parts_of(name).items()
    }

    assert sizes == PARAMETERS[name]


@pytest.mark.parametrize("name", PARAMETERS)
def test_the_layout_expects_all_the_tensors_that_such_a_file_has(name: str) -> None:
    mapping = import_module("diffusers.loaders.single_file_utils")
    parts, weights = parts_of(name), published(name)

    if "unet" in parts:
        network = mapping.convert_ldm_unet_checkpoint(weights, dict(parts["unet"].config))
        expected = parts["unet"].state_dict()
    else:
        network = mapping.convert_sd3_transformer_checkpoint_to_diffusers(dict(weights))
        expected = parts["transformer"].state_dict()
    vae = mapping.convert_ldm_vae_checkpoint(weights, dict(parts["vae"].config))

    assert shapes(network) == shapes(expected)
    assert shapes(vae) == shapes(parts["vae"].state_dict())


def shapes(weights: Mapping[str, torch.Tensor]) -> Mapping[str, torch.Size]:
    return {name: value.shape for name, value in weights.items()}


@pytest.mark.parametrize("pad", [49407, 0])
def test_the_words_are_those_of_clip(pad: int) -> None:
    name = "tokenizer" if pad else "tokenizer_2"
    difference = blueprint("sdxl").tokenizers[name]

    tokenizer: Any = CLIPTokenizer.from_pretrained(str(BLUEPRINTS / WORDS), **difference)

    read = tokenizer("a photo of a cat", padding="max_length").input_ids
    assert read == [49406, 320, 1125, 539, 320, 2368, 49407] + [pad] * 70
    assert len(tokenizer) == 49408
