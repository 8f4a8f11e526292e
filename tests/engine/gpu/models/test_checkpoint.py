"""What a single file is, is told from its header: real shapes, and not a byte of weights."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import torch

from engine.errors import BadModel
from engine.gpu.models.catalog import find, names
from engine.gpu.models.weights import header_of
from tests.engine.gpu.models.published import (
    CLIP,
    CONVOLUTION_IN,
    UNET,
    VAE,
    blueprint,
    empty,
    published,
    put,
)

KINDS = {
    "sd1": ("sd", "SD 1.x", 512),
    "sd2": ("sd", "SD 2.x", 768),
    "sdxl": ("sdxl", "SDXL", 1024),
    "sd3-medium": ("sd3", "SD3", 1024),
    "sd3.5-medium": ("sd3", "SD3", 1024),
    "sd3.5-large": ("sd3", "SD3", 1024),
}


@pytest.fixture
def models(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    for file in tmp_path.glob("*.safetensors"):
        file.unlink()


@pytest.mark.parametrize("name", KINDS)
def test_a_published_checkpoint_is_known(models: Path, name: str) -> None:
    put(models, published(name))

    model = find("it", models)

    assert model.checkpoint
    assert model.checkpoint.blueprint.folder.name == name
    assert (model.card.family, model.card.architecture, model.card.width) == KINDS[name]
    assert names(models) == ["picturebook", "it"]


@pytest.mark.parametrize("name", KINDS)
def test_a_checkpoint_that_lacks_any_one_part_is_refused(models: Path, name: str) -> None:
    weights = published(name)
    header = header_of(put(models, weights))
    for part, (inside, _) in blueprint(name).parts(header).items():
        put(models, {key: weights[key] for key in weights.keys() - set(inside)})

        told = "is only" if part in {"unet", "transformer"} else "has no"
        with pytest.raises(BadModel, match=rf"^it\.safetensors {told}"):
            find("it", models)


@pytest.mark.parametrize("name", KINDS)
def test_a_part_with_one_tensor_less_is_refused(models: Path, name: str) -> None:
    weights = dict(published(name))
    for part, prefix in (("network", UNET), ("VAE", VAE)):
        spoilt = dict(weights)
        del spoilt[max(key for key in spoilt if key.startswith(prefix))]
        put(models, spoilt)

        with pytest.raises(BadModel, match=rf"{part}.* in it\.safetensors has \d+ tensors"):
            find("it", models)


@pytest.mark.parametrize(
    ("name", "part"),
    [("sd1", VAE), ("sd1", CLIP), ("sdxl", "conditioner."), ("sd3-medium", "text_encoders.")],
)
def test_a_checkpoint_without_a_part_says_which(models: Path, name: str, part: str) -> None:
    spoken = "autoencoder" if part == VAE else "text encoder"
    kept = {key: value for key, value in published(name).items() if not key.startswith(part)}
    put(models, kept)

    with pytest.raises(BadModel, match=rf"it\.safetensors has no {spoken}.* that I can read"):
        find("it", models)


@pytest.mark.parametrize("name", ["sd1", "sd2", "sdxl"])
def test_a_network_with_nine_channels_is_for_inpainting(models: Path, name: str) -> None:
    put(models, {**published(name), CONVOLUTION_IN: empty(320, 9, 3, 3)})

    checkpoint = find("it", models).checkpoint

    assert checkpoint
    assert checkpoint.config("unet")["in_channels"] == 9
    assert checkpoint.config("scheduler")["prediction_type"] == "epsilon"


@pytest.mark.parametrize("channels", [5, 7, 8])
def test_a_network_that_wants_to_see_more_is_refused(models: Path, channels: int) -> None:
    put(models, {**published("sd1"), CONVOLUTION_IN: empty(320, channels, 3, 3)})

    with pytest.raises(BadModel, match="special kind of SD"):
        find("it", models)


@pytest.mark.parametrize(
    ("called", "metadata", "card", "prediction", "side"),
    [
        ("v2-1_768-ema-pruned", {}, None, "v_prediction", 768),
        ("v2-1_512-ema-pruned", {}, None, "epsilon", 512),
        ("mine", {"modelspec.prediction_type": "epsilon"}, None, "epsilon", 512),
        ("512", {"modelspec.prediction_type": "v"}, None, "v_prediction", 768),
        ("mine", {"modelspec.architecture": "stable-diffusion-v2-512"}, None, "epsilon", 512),
        ("512", {"modelspec.architecture": "stable-diffusion-v2-768-v"}, None, "v_prediction", 768),
        ("512", {"modelspec.prediction_type": "epsilon"}, "v", "v_prediction", 768),
        ("mine", {"modelspec.prediction_type": "v"}, "epsilon", "epsilon", 512),
    ],
)
def test_what_a_network_answers_with_is_told_beside_or_in_the_file_or_by_its_name(
    models: Path,
    called: str,
    metadata: Mapping[str, str],
    card: str | None,
    prediction: str,
    side: int,
) -> None:
    put(models, published("sd2"), metadata=metadata).rename(models / f"{called}.safetensors")
    if card:
        (models / f"{called}.card.json").write_text(json.dumps({"prediction": card}))

    model = find(called, models)

    assert model.checkpoint
    assert model.checkpoint.config("scheduler")["prediction_type"] == prediction
    assert model.card.width == side


def test_a_mark_in_the_file_says_that_it_begins_in_nothing_but_noise(models: Path) -> None:
    put(models, {**published("sdxl"), "v_pred": empty(0), "ztsnr": empty(0)})

    checkpoint = find("it", models).checkpoint

    assert checkpoint
    scheduler = checkpoint.config("scheduler")
    assert scheduler["prediction_type"] == "v_prediction"
    assert scheduler["rescale_betas_zero_snr"]


def test_a_prediction_that_there_is_not_is_refused(models: Path) -> None:
    put(models, published("sd1"))
    for wrong in ("w", ["v"], 1, None):
        (models / "it.card.json").write_text(json.dumps({"prediction": wrong}))

        with pytest.raises(BadModel, match="prediction is epsilon or v, not"):
            find("it", models)


def test_a_model_with_one_way_to_answer_is_told_none(models: Path) -> None:
    put(models, published("sd3-medium"))
    (models / "it.card.json").write_text('{"prediction": "v"}')

    with pytest.raises(BadModel, match="leave its prediction out"):
        find("it", models)


def test_the_digest_follows_the_prediction_and_not_the_name(models: Path) -> None:
    file = put(models, published("sd1"))
    first = find("it", models).card.digest

    file.rename(models / "other.safetensors")
    renamed = find("other", models).card.digest
    (models / "other.card.json").write_text('{"prediction": "v"}')
    changed = find("other", models).card.digest

    assert first == renamed
    assert first != changed


def test_weights_in_whole_numbers_are_refused(models: Path) -> None:
    put(models, {**published("sd1"), CONVOLUTION_IN: empty(320, 4, 3, 3).to(torch.int8)})

    with pytest.raises(BadModel, match="fp16, bf16 or fp32"):
        find("it", models)


@pytest.mark.parametrize("mark", ["scaled_fp8", "input_blocks.1.0.in_layers.2.scale_weight"])
def test_packed_weights_are_refused(models: Path, mark: str) -> None:
    put(models, {**published("sd1"), f"{UNET}{mark}": empty(1)})

    with pytest.raises(BadModel, match="fp16, bf16 or fp32"):
        find("it", models)
