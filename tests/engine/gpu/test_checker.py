"""The folder of a safety model: what is refused at the start."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transformers import ViTModel

from engine.errors import BadModel
from engine.gpu.checker import open_checker
from engine.gpu.safety import open_safety
from engine.safety import Policy
from tests.engine.gpu.checkers import (
    LABELS,
    SAFE,
    save_classifier,
    save_concept_checker,
    vit,
)
from tests.engine.gpu.together import CPU


def without_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def with_a_damaged_config(folder: Path) -> None:
    (folder / "config.json").write_text("{")


def of_an_unknown_kind(folder: Path) -> None:
    (folder / "config.json").write_text('{"model_type": "unheard-of"}')


def with_a_pickle_only(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def without_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def with_half_a_file(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])


def without_a_reader(folder: Path) -> None:
    (folder / "preprocessor_config.json").unlink()


def with_a_program_inside(folder: Path) -> None:
    file = folder / "preprocessor_config.json"
    told = json.loads(file.read_text())
    told["auto_map"] = {"AutoImageProcessor": "reader.Reader"}
    told["image_processor_type"] = "Reader"
    file.write_text(json.dumps(told))
    (folder / "reader.py").write_text("raise SystemExit('a program from the folder ran')")


def never_taught(folder: Path) -> None:
    network: Any = ViTModel(vit(LABELS))
    network.save_pretrained(folder)


def with_labels_without_meaning(folder: Path) -> None:
    save_classifier(folder, {}, labels=("LABEL_0", "LABEL_1"))


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (without_config, r"no config\.json in .*EASEL_SAFETY_MODEL"),
        (with_a_damaged_config, "damaged"),
        (of_an_unknown_kind, "cannot be loaded"),
        (with_a_pickle_only, "is a pickle"),
        (without_weights, "has no weights"),
        (with_half_a_file, "Download it again"),
        (without_a_reader, "cannot be loaded"),
        (with_a_program_inside, "cannot be loaded"),
        (never_taught, r"lacks the weights of classifier\.bias"),
        (with_labels_without_meaning, "EASEL_SAFETY_LABELS"),
    ],
)
def test_a_model_that_cannot_be_used_is_a_sentence_at_the_start(
    tmp_path: Path, spoil: Callable[[Path], None], sentence: str
) -> None:
    spoil(save_classifier(tmp_path, SAFE))

    with pytest.raises(BadModel, match=sentence):
        open_safety(Policy(measure="mark", model=tmp_path), CPU)


def test_a_folder_that_is_not_there_is_a_sentence_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="nowhere"):
        open_checker(tmp_path / "nowhere", CPU)


def test_a_concept_checker_without_its_reader_is_a_sentence_at_the_start(tmp_path: Path) -> None:
    folder = save_concept_checker(tmp_path, unsafe=False, reader="elsewhere")

    with pytest.raises(BadModel, match=r"no preprocessor_config\.json"):
        open_checker(folder, CPU)


def test_a_concept_checker_that_was_never_taught_is_refused(tmp_path: Path) -> None:
    folder = save_concept_checker(tmp_path, unsafe=False)
    config = (folder / "safety_checker" / "config.json").read_text()
    never_taught(folder / "safety_checker")
    (folder / "safety_checker" / "config.json").write_text(config)

    with pytest.raises(BadModel, match="lacks the weights"):
        open_checker(folder, CPU)
