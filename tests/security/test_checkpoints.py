"""Weights of strangers: what could run is never opened, and what is broken breaks nothing."""

import json
import random
from contextlib import suppress
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from engine.addon import Kind
from engine.errors import BadModel, EaselError, PaintingFailed
from engine.gpu.addons.preprocess import Preprocess
from engine.gpu.addons.shelves import Shelves
from engine.gpu.checker import open_checker
from engine.gpu.models.catalog import find
from engine.gpu.models.weights import LONGEST_HEADER, header_of
from tests.security.malicious import ENDINGS, pickles

CPU = torch.device("cpu")
MUTATIONS = 200
PICKLES = 10
"""So many at least are known for what they are, by their first bytes."""
CODE = "import os\nos.mkdir({mark!r})\nclass Evil:\n    pass\n"
"""Runs as soon as it is imported."""


def test_there_are_twenty_malicious_pickles(tmp_path: Path) -> None:
    assert len({content for _, content in pickles(tmp_path / "mark")}) >= 20


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.promise(21, count=20)
def test_malicious_pickles_never_run_wherever_they_lie(tmp_path: Path, ending: str) -> None:
    mark, models, told = tmp_path / "mark", tmp_path / "models", 0
    models.mkdir()
    for kind in Kind:
        (tmp_path / kind).mkdir()

    for name, content in pickles(mark):
        for folder in (models, *(tmp_path / kind for kind in Kind)):
            (folder / f"{name}{ending}").write_bytes(content)
        with pytest.raises(BadModel) as refused:
            header_of(models / f"{name}{ending}")
        told += "is a pickle" in str(refused.value)
        with pytest.raises(EaselError):
            find(name, models)
        with pytest.raises(EaselError):
            find(str(models / f"{name}{ending}"), models)
    shelf = Shelves(tmp_path).look()

    assert told >= PICKLES
    assert not shelf.addons
    assert len(shelf.refused) == len(Kind) * len(list(pickles(mark)))
    assert not mark.exists()


def test_a_header_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "endless.safetensors"
    with file.open("wb") as written:
        written.write((LONGEST_HEADER + 1).to_bytes(8, "little") + b"{")
        # It takes no room on the disk.
        written.truncate(LONGEST_HEADER + 2**20)

    with pytest.raises(BadModel, match="its header is no header"):
        header_of(file)


@pytest.mark.promise(21, count=200)
def test_mutations_of_weights_are_refused_or_loaded(tmp_path: Path) -> None:
    chance, file = random.Random(31), tmp_path / "loras" / "weights.safetensors"
    file.parent.mkdir()
    save_file({"lora_te_a.lora_down.weight": torch.ones(3, 4), "b": torch.ones(5)}, file)
    whole, refused = file.read_bytes(), 0

    for _ in range(MUTATIONS):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            content[chance.randrange(min(len(content), 200))] = chance.randrange(256)
        cut = chance.choice([0, 0, 0, 1, 7, 60])
        file.write_bytes(bytes(content)[: len(content) - cut] + b"x" * chance.choice([0, 0, 0, 9]))
        shelf = Shelves(tmp_path).look()
        refused += len(shelf.refused)
        # Whoever reads less strictly than we do must not fall over it either.
        with suppress(SafetensorError, ValueError, KeyError):
            load_file(file)
        if shelf.addons:
            assert load_file(file)

    assert 0 < refused < MUTATIONS


@pytest.mark.parametrize(
    "offsets",
    [[[0, 48], [0, 20]], [[-4, 44], [48, 68]], [[48, 0], [48, 68]], [[0, 2**63], [48, 68]]],
)
def test_places_that_overlap_or_lie_nowhere_are_refused(
    tmp_path: Path, offsets: list[list[int]]
) -> None:
    file = tmp_path / "weights.safetensors"
    shapes = ([3, 4], [5])
    told = {
        name: {"dtype": "F32", "shape": shape, "data_offsets": place}
        for name, shape, place in zip("ab", shapes, offsets, strict=True)
    }
    text = json.dumps(told).encode()
    # No longer than the last of them that is there: an end that does not fit is another's matter.
    size = min(68, max(end for _, end in offsets))
    file.write_bytes(len(text).to_bytes(8, "little") + text + bytes(size))

    with pytest.raises(BadModel):
        header_of(file)


@pytest.mark.slow
@pytest.mark.parametrize("model_type", ["evil", "depth_anything", "vit"])
def test_code_that_lies_beside_weights_never_runs(tmp_path: Path, model_type: str) -> None:
    mark = tmp_path / "mark"
    depth, judge = tmp_path / "preprocessors" / "depth", tmp_path / "judge"
    for folder in (depth, judge):
        folder.mkdir(parents=True)
        names = ("AutoConfig", "AutoModel", "AutoModelForDepthEstimation", "AutoImageProcessor")
        every = (*names, "AutoModelForImageClassification")
        told = {"model_type": model_type, "auto_map": dict.fromkeys(every, "evil.Evil")}
        (folder / "config.json").write_text(json.dumps(told), "utf-8")
        processor = {"image_processor_type": "Evil", "auto_map": told["auto_map"]}
        (folder / "preprocessor_config.json").write_text(json.dumps(processor), "utf-8")
        (folder / "evil.py").write_text(CODE.format(mark=str(mark)), "utf-8")
        save_file({"a": torch.ones(1)}, folder / "model.safetensors")

    with pytest.raises(PaintingFailed):
        Preprocess(tmp_path, CPU)("depth", Image.new("RGB", (8, 8)))
    with pytest.raises(BadModel):
        open_checker(judge, CPU)

    assert not mark.exists()


def test_a_part_of_a_model_that_brings_its_own_code_never_runs(tmp_path: Path) -> None:
    mark, folder = tmp_path / "mark", tmp_path / "models" / "evil"
    (folder / "unet").mkdir(parents=True)
    index = {
        "_class_name": "StableDiffusionPipeline",
        "unet": ["evil", "Evil"],
        "vae": ["evil", "Evil"],
    }
    (folder / "model_index.json").write_text(json.dumps(index), "utf-8")
    for place in (folder / "unet" / "evil.py", folder / "evil.py", folder / "pipeline.py"):
        place.write_text(CODE.format(mark=str(mark)), "utf-8")

    with pytest.raises(BadModel):
        find("evil", folder.parent)

    assert not mark.exists()
