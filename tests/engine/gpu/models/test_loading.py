"""A checkpoint in one file paints what the same model paints from its folder."""

import json
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import CLIPTextModelWithProjection

from engine.errors import BadModel
from engine.gpu.family import Family
from engine.gpu.models.blueprint import LAYOUT, WORDS
from engine.gpu.models.catalog import Model, find
from engine.gpu.models.loading import load
from engine.ladder import OFFLOADS, Rung
from tests.engine.gpu import tiny
from tests.engine.gpu.models import original
from tests.engine.gpu.together import CPU, paint_together, recipe

CONVOLUTION_IN = "model.diffusion_model.input_blocks.0.0.weight"
PATCHES_IN = "model.diffusion_model.x_embedder.proj.weight"
LAYOUTS = ("sd", "sd2", "sdxl", "sd3")
# As they stand in the files of each kind.
PREFIXES = {
    "unet": "model.diffusion_model.",
    "transformer": "model.diffusion_model.",
    "vae": "first_stage_model.",
}


def sd3_with_two_widths() -> Any:
    """diffusers tells the two encoders in a file apart by nothing but their widths."""
    parts = tiny.sd3(with_t5=False).components
    small = tiny.clip(CLIPTextModelWithProjection, parts["tokenizer"], width=8)
    # The first is asked for its words only, so its projection changes nothing in the file.
    small.text_projection.weight.data = torch.eye(8)
    large = tiny.clip(CLIPTextModelWithProjection, parts["tokenizer"], width=24)
    encoders = {"text_encoder": small, "text_encoder_2": large}
    return tiny.quiet(tiny.diffusers.StableDiffusion3Pipeline(**{**parts, **encoders}))


PIPELINES: Mapping[str, Callable[[], Any]] = {
    "sd": tiny.pipeline,
    "sd2": tiny.pipeline,
    "sdxl": tiny.sdxl,
    "sd3": sd3_with_two_widths,
}


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def blueprints(tmp_path: Path) -> Path:
    return tmp_path / "blueprints"


def save(pipe: Any, layout: str, models: Path, blueprints: Path) -> Path:
    """The model twice: a folder `folder` and a file `single`. Its blueprint, without weights.

    In half precision, as most are. Full precision is used where it lies in the file, at whatever
    address, and a CPU rounds otherwise where that is odd.
    """
    pipe.to(torch.float16)
    pipe.save_pretrained(models / "folder")
    weights = original.checkpoint_of(layout, pipe.components)
    file = models / "single.safetensors"
    save_file({name: value.contiguous().clone() for name, value in weights.items()}, file)
    blueprint = blueprints / layout
    shutil.copytree(
        models / "folder", blueprint, ignore=shutil.ignore_patterns("*.safetensors", "*.txt")
    )
    shutil.copytree(models / "folder" / "tokenizer", blueprints / WORDS)
    for part in blueprint.glob("tokenizer*"):
        pad = getattr(pipe, part.name).pad_token
        (part / "tokenizer_config.json").write_text(json.dumps({"pad_token": pad}))
    telling = CONVOLUTION_IN if layout != "sd3" else PATCHES_IN
    prefixes = {
        **{part: prefix for part, prefix in PREFIXES.items() if part in pipe.components},
        **{
            f"text_encoder_{number}" if number > 1 else "text_encoder": prefix
            for number, (prefix, _) in enumerate(original.ENCODERS[layout], start=1)
        },
    }
    parts = {part: {"prefixes": [at], "tensors": 1} for part, at in prefixes.items()}
    shapes = {telling: [weights[telling].shape[0], None, *weights[telling].shape[2:]]}
    usual = None if layout == "sd3" else "epsilon"
    described = {"shapes": shapes, "parts": parts, "prediction": usual}
    (blueprint / LAYOUT).write_text(json.dumps(described))
    return file


def loaded(name: str, models: Path, blueprints: Path) -> Family:
    return load(find(name, models, blueprints), CPU)


def painted(family: Family) -> torch.Tensor:
    card = family.card
    asked = recipe(model=card.name, digest=card.digest, steps=2)
    (sitting,) = paint_together(family, [asked])
    return sitting.latents


def change(file: Path, without: Iterable[str] = (), **more: torch.Tensor) -> None:
    weights = {name: value for name, value in load_file(file).items() if name not in without}
    save_file({**weights, **more}, file)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_single_file_paints_what_the_folder_paints(
    layout: str, models: Path, blueprints: Path
) -> None:
    save(PIPELINES[layout](), layout, models, blueprints)

    folder, single = (loaded(name, models, blueprints) for name in ("folder", "single"))

    assert torch.equal(painted(single), painted(folder))


@pytest.mark.parametrize("rungs", OFFLOADS.values(), ids=OFFLOADS)
def test_a_model_paints_the_same_on_whatever_rungs_it_is_loaded(
    models_dir: Path, rungs: Collection[Rung]
) -> None:
    model = find("tiny", models_dir)

    family = load(model, CPU, rungs=rungs)

    assert family.relief.in_force == rungs
    assert family.relief.told_for(torch.empty(1, 4, 8, 8)) == set()
    assert torch.equal(painted(family), painted(load(model, CPU)))


@pytest.mark.parametrize("precision", [torch.float16, torch.bfloat16, torch.float8_e4m3fn])
def test_files_of_any_precision_can_be_loaded(
    models: Path, blueprints: Path, precision: torch.dtype
) -> None:
    file = save(tiny.pipeline(), "sd", models, blueprints)
    weights = load_file(file)
    floats = {name: value for name, value in weights.items() if value.is_floating_point()}
    rounded = {name: value.to(precision) for name, value in floats.items()}
    save_file(rounded, file)

    network = loaded("single", models, blueprints).network

    assert torch.equal(network.conv_in.weight, rounded[CONVOLUTION_IN].float())


def test_a_file_that_predicts_otherwise_is_loaded_so(models: Path, blueprints: Path) -> None:
    save(tiny.pipeline(), "sd", models, blueprints)
    before = painted(loaded("single", models, blueprints))
    (models / "single.card.json").write_text('{"prediction": "v"}')

    family = loaded("single", models, blueprints)

    assert family.pipe.scheduler.config.prediction_type == "v_prediction"
    assert not torch.equal(painted(family), before)


def test_a_file_made_for_inpainting_keeps_its_nine_channels(models: Path, blueprints: Path) -> None:
    file = save(tiny.pipeline(), "sd", models, blueprints)
    change(file, **{CONVOLUTION_IN: torch.ones(16, 9, 3, 3).half()})

    network = loaded("single", models, blueprints).network

    assert network.config.in_channels == 9
    assert torch.equal(network.conv_in.weight, torch.ones(16, 9, 3, 3))


@pytest.mark.parametrize("index", ["StableDiffusionPipeline", "StableDiffusionInpaintPipeline"])
def test_a_folder_made_for_inpainting_keeps_its_nine_channels(models: Path, index: str) -> None:
    pipe = tiny.pipeline()
    pipe.unet = tiny.network(
        "UNet2DConditionModel", "conv_out", **{**pipe.unet.config, "in_channels": 9}
    )
    pipe.save_pretrained(models / "inpainting")
    described = models / "inpainting" / "model_index.json"
    described.write_text(described.read_text().replace("StableDiffusionPipeline", index))

    family = load(find("inpainting", models), CPU)

    assert family.network.config.in_channels == 9


@pytest.mark.parametrize(
    "name",
    [
        "model.diffusion_model.middle_block.0.in_layers.2.weight",
        "first_stage_model.decoder.mid.block_1.conv1.weight",
        "cond_stage_model.transformer.text_model.encoder.layers.1.mlp.fc1.weight",
    ],
)
def test_a_file_that_lacks_one_tensor_is_refused(models: Path, blueprints: Path, name: str) -> None:
    change(save(tiny.pipeline(), "sd", models, blueprints), without=[name])

    with pytest.raises(BadModel, match=r"single\.safetensors lacks "):
        loaded("single", models, blueprints)


def test_a_file_with_another_shape_inside_is_refused(models: Path, blueprints: Path) -> None:
    file = save(tiny.pipeline(), "sd", models, blueprints)
    change(file, **{"model.diffusion_model.middle_block.0.in_layers.2.bias": torch.ones(3)})

    with pytest.raises(BadModel, match="single cannot be loaded: "):
        loaded("single", models, blueprints)


def test_a_file_that_changed_since_it_was_found_is_refused(models: Path, blueprints: Path) -> None:
    file = save(tiny.pipeline(), "sd", models, blueprints)
    model: Model = find("single", models, blueprints)
    file.write_bytes(b"anything")

    with pytest.raises(BadModel, match="single cannot be loaded: "):
        load(model, CPU)
