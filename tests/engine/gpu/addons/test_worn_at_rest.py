"""What a model wears is put on it wherever its parts wait, and they go on waiting there."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from engine.gpu.addons.shelves import Shelves
from engine.gpu.families.sd import StableDiffusion
from engine.gpu.family import Family
from engine.job import Recipe
from engine.ladder import Rung
from tests.engine.gpu import tiny
from tests.engine.gpu.addons.shelf import Shelving, kohya
from tests.engine.gpu.together import CARD, paint_together, recipe


def family_with(shelves: Shelves) -> Family:
    with torch.inference_mode():
        return StableDiffusion(tiny.pipeline(), CARD, shelves)


def paint(family: Family, asked: Recipe) -> Tensor:
    (sitting,) = paint_together(family, [asked])
    assert sitting.painted
    return sitting.latents


@pytest.mark.parametrize("rungs", [[Rung.PARK], [Rung.GROUP], [Rung.PARK, Rung.GROUP]])
def test_a_rearranged_model_wears_a_lora_and_stays_as_it_was(
    tmp_path: Path, rungs: list[Rung]
) -> None:
    shelving = Shelving(tmp_path)
    usual, eased = (family_with(shelving.shelves) for _ in range(2))
    asked = recipe(loras=(shelving.lora("neon", kohya(usual.pipe), weight=0.6),))
    for rung in rungs:
        eased.relief.take(rung)
    before = hooks_of(eased)

    worn = paint(eased, asked)

    assert torch.equal(worn, paint(usual, asked))
    assert hooks_of(eased) == before, "those of diffusers would take the network away as well"


def hooks_of(family: Family) -> dict[str, int]:
    parts = family.pipe.components.items()
    return {name: id(part._hf_hook) for name, part in parts if hasattr(part, "_hf_hook")}
