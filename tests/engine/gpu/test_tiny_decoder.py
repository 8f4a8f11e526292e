"""The small decoder: what of it lies on the disk, and what it makes of latents."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from engine.errors import BadModel
from engine.gpu.film import developed, exposed
from engine.gpu.models.catalog import BUILT_IN, names
from engine.gpu.tiny_decoder import TinyDecoder, tiny_decoder_for
from tests.engine.gpu import tiny
from tests.engine.gpu.decoders import decoder
from tests.engine.gpu.together import CARD, CPU


def picture_of(decoder: TinyDecoder, latents: torch.Tensor) -> Image.Image:
    picture = developed(exposed(decoder.signal(latents)))
    assert picture is not None
    return picture


@torch.inference_mode()
def test_a_small_decoder_reads_latents_as_the_model_paints_them() -> None:
    network = decoder()
    latents = torch.randn(1, 4, 8, 16)
    signal = network.decode(latents).sample

    picture = picture_of(TinyDecoder(network), latents)

    pixels = tiny.diffusers.image_processor.VaeImageProcessor().postprocess(signal)[0]
    assert picture.size == (128, 64)
    assert picture.tobytes() == pixels.tobytes()
    assert len(set(picture.tobytes())) > 20


@torch.inference_mode()
def test_a_small_decoder_that_was_made_for_other_scales_gets_them() -> None:
    network, latents = decoder(), torch.randn(1, 4, 8, 8)
    usual = picture_of(TinyDecoder(network), 2 * latents + 3)
    network.register_to_config(scaling_factor=0.5, shift_factor=3.0)

    picture = picture_of(TinyDecoder(network), latents)

    assert picture.tobytes() == usual.tobytes()


@torch.inference_mode()
def test_what_a_small_decoder_paints_large_leaves_the_card_small() -> None:
    picture = picture_of(TinyDecoder(decoder()), torch.randn(1, 4, 64, 48))

    assert picture.size == (192, 256)


def test_a_small_decoder_is_no_model(decoders_dir: Path) -> None:
    assert names(decoders_dir) == [BUILT_IN]


def test_a_small_decoder_has_the_weights_of_its_file(pipe: Any, decoders_dir: Path) -> None:
    latents = torch.randn(1, 4, 8, 8)

    with torch.inference_mode():
        loaded = tiny_decoder_for(CARD, pipe.vae, CPU, decoders_dir)
        assert loaded is not None
        picture = picture_of(loaded, latents)

        assert picture.tobytes() == picture_of(TinyDecoder(decoder()), latents).tobytes()


def test_a_small_decoder_for_other_latents_is_refused(decoders_dir: Path) -> None:
    vae = tiny.autoencoder(16)

    with pytest.raises(BadModel, match=r"previews/sd reads latents of 4 channels.*tiny.*16"):
        tiny_decoder_for(CARD, vae, CPU, decoders_dir)


def test_the_built_in_model_has_latents_of_its_own(decoders_dir: Path) -> None:
    picturebook = replace(CARD, name=BUILT_IN)

    assert tiny_decoder_for(picturebook, tiny.autoencoder(8), CPU, decoders_dir) is None


def without_weights(folder: Path) -> None:
    (folder / "diffusion_pytorch_model.safetensors").unlink()


def without_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def with_a_config_of_something_else(folder: Path) -> None:
    (folder / "config.json").write_text('{"_class_name": "AutoencoderTiny", "latent_channels": 8}')


def with_a_damaged_config(folder: Path) -> None:
    (folder / "config.json").write_text("{")


def with_a_pickle(folder: Path) -> None:
    torch.save({"a": torch.ones(3)}, folder / "diffusion_pytorch_model.safetensors")


def with_a_weight_too_few(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["num_decoder_blocks"] = [4, 3, 3, 1]
    (folder / "config.json").write_text(json.dumps(config))


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (without_weights, r"no diffusion_pytorch_model\.safetensors"),
        (without_config, r"no config\.json"),
        (with_a_config_of_something_else, "do not belong to each other"),
        (with_a_damaged_config, "do not belong to each other"),
        (with_a_pickle, "is a pickle"),
        (with_a_weight_too_few, "do not belong to each other"),
    ],
)
def test_a_small_decoder_that_is_not_whole_is_refused(
    pipe: Any, decoders_dir: Path, spoil: Callable[[Path], None], sentence: str
) -> None:
    spoil(decoders_dir / "previews" / "sd")

    with pytest.raises(BadModel, match=sentence):
        tiny_decoder_for(CARD, pipe.vae, CPU, decoders_dir)
