"""How much memory a model takes is known before it is loaded."""

from pathlib import Path
from typing import Any

import pytest
import torch

from engine.gpu.models.catalog import find
from engine.gpu.models.footprint import Footprint, footprint_of
from tests.engine.gpu import tiny


def weights_of(*parts: torch.nn.Module) -> int:
    return sum(weight.numel() for part in parts for weight in part.parameters())


def test_a_folder_takes_what_its_parts_take_when_they_are_loaded(
    models_dir: Path, pipe: Any
) -> None:
    footprint = footprint_of(find("tiny", models_dir), 4)

    assert footprint.network == 4 * weights_of(pipe.unet)
    assert footprint.largest == 4 * max(map(weights_of, (pipe.vae, pipe.text_encoder)))
    assert footprint.rest == 4 * weights_of(pipe.vae, pipe.text_encoder)


def test_half_as_many_bytes_a_weight_are_half_the_bytes(models_dir: Path) -> None:
    model = find("tiny", models_dir)

    assert 2 * footprint_of(model, 2).total == footprint_of(model, 4).total


def test_weights_that_are_there_twice_count_once(tmp_path: Path, models_dir: Path) -> None:
    pipe = tiny.pipeline()
    pipe.save_pretrained(tmp_path / "tiny")
    pipe.to(torch.float16).save_pretrained(tmp_path / "tiny", variant="fp16")

    twice = footprint_of(find("tiny", tmp_path), 4)

    assert twice == footprint_of(find("tiny", models_dir), 4)


@pytest.mark.parametrize(
    ("memory", "offload"),
    [(100, "none"), (99, "parts"), (80, "parts"), (79, "blocks"), (20, "blocks"), (19, None)],
)
def test_a_model_is_offloaded_no_further_than_it_must(memory: int, offload: str | None) -> None:
    footprint = Footprint(network=60, rest=40, largest=20)

    assert footprint.offload(memory) == offload
