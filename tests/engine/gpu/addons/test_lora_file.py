"""LoRAs that cannot be worn: a sentence, and nothing of them stays."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
import torch

from engine.addon import Kind
from engine.errors import PaintingFailed
from engine.gpu.addons.lora_file import require_plain
from engine.gpu.family import Family
from engine.gpu.rows import Rows
from tests.engine.gpu.addons.shelf import Shelving, Tensors, kohya, peft, wearing
from tests.engine.gpu.together import begun, paint_together, recipe


def _too_wide(pipe: Any) -> Tensors:
    return {
        name: torch.cat([tensor, tensor], dim=-1) if name.endswith("down.weight") else tensor
        for name, tensor in kohya(pipe).items()
    }


def _another_layer(pipe: Any) -> Tensors:
    made = kohya(pipe)
    return made | {
        name.replace("down_blocks_0", "down_blocks_7"): tensor.clone()
        for name, tensor in made.items()
        if "down_blocks_0" in name
    }


def _deeper_text(pipe: Any) -> Tensors:
    made = kohya(pipe)
    return made | {
        name.replace("layers_0", "layers_11"): tensor.clone()
        for name, tensor in made.items()
        if "te_text_model_encoder_layers_0" in name
    }


def _half_attention(pipe: Any) -> Tensors:
    return {name: tensor for name, tensor in kohya(pipe).items() if "out_proj" not in name}


def _one_matrix_missing(pipe: Any) -> Tensors:
    made = peft(pipe, "unet")
    del made[next(name for name in made if "lora_B" in name)]
    return made


def _wrong_side(pipe: Any) -> Tensors:
    """What diffusers finds only when it is halfway through."""
    made = peft(pipe, "unet")
    name = next(name for name in made if "lora_B" in name)
    return made | {name: torch.ones(made[name].shape[0] + 1, made[name].shape[1])}


def _one_that_is_no_number(pipe: Any) -> Tensors:
    made = kohya(pipe)
    name = next(name for name in made if name.endswith("lora_up.weight"))
    made[name][0, 0] = torch.nan
    return made


def _endless_alpha(pipe: Any) -> Tensors:
    made = kohya(pipe)
    return made | {next(name for name in made if name.endswith("alpha")): torch.tensor(torch.inf)}


def _with(sign: str) -> Callable[[Any], Tensors]:
    return lambda pipe: kohya(pipe) | {f"lora_unet_mid_block_proj.{sign}": torch.ones(2, 2)}


BAD = {
    "too wide": (
        _too_wide,
        r"cannot be used: size mismatch for [\w.]{,90}\. It may .* another kind of model",
    ),
    "a layer too many": (_another_layer, "parts that tiny does not have"),
    "a deeper text encoder": (_deeper_text, "parts that tiny does not have"),
    "half an attention": (_half_attention, "only some parts of the text encoder"),
    "a matrix missing": (_one_matrix_missing, "is not complete"),
    "a side too long": (
        _wrong_side,
        r"cannot be used: size mismatch for [\w.]{,90}lora_B\.weight\. It may be damaged",
    ),
    "not a number": (_one_that_is_no_number, "is damaged: there are numbers in it that are none"),
    "an endless alpha": (_endless_alpha, "is damaged: there are numbers in it that are none"),
    "something else": (lambda _: {"weight": torch.ones(3)}, "does not fit tiny"),
    "DoRA": (_with("dora_scale"), "is a DoRA"),
    "LoHa": (_with("hada_w1_a"), "LoHa"),
    "LoKr": (_with("lokr_w1"), "LoKr"),
    "LoCon": (_with("lora_mid.weight"), "with a middle"),
    "OFT": (_with("oft_blocks"), "an OFT"),
    "whole layers": (_with("diff"), "whole layers"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_lora_that_cannot_be_worn_whole_is_a_sentence_and_nothing_stays_on(
    kind: str, family: Family, worn: Any, shelving: Shelving, caplog: pytest.LogCaptureFixture
) -> None:
    make, sentence = BAD[kind]
    before = paint_together(family, [recipe()])[0].latents
    good = shelving.lora("good", kohya(worn, seed=5))
    bad = shelving.lora("bad one", make(worn))

    with (
        pytest.raises(PaintingFailed, match=f"“bad one”.*{sentence}"),
        caplog.at_level(logging.INFO),
    ):
        family.wear(wearing(good, bad))

    assert not caplog.records
    silent = family.forward(_rows(family))
    family.wear(recipe())
    assert torch.equal(silent, family.forward(_rows(family)))
    assert torch.equal(paint_together(family, [recipe()])[0].latents, before)
    assert all(bad.digest not in part.peft_config for part in (worn.unet, worn.text_encoder))


def _rows(family: Family) -> Rows:
    """As they come, with nobody asking for anything to be worn."""
    return family.rows(begun(family, recipe(), {}))


def test_a_name_that_only_looks_like_another_way_is_no_hindrance(shelving: Shelving) -> None:
    names = ("base_model.model.diffusion_model.soft_x.lora_A.weight", "a.diff_in.lora_B.weight")
    file = shelving.put(Kind.LORA, "neon", {name: torch.ones(2, 2) for name in names})

    require_plain("neon", file)
    with pytest.raises(PaintingFailed, match="whole layers"):
        require_plain("neon", shelving.put(Kind.LORA, "other", {"a.diff": torch.ones(2, 2)}))


def test_a_damaged_file_is_a_sentence(family: Family, worn: Any, shelving: Shelving) -> None:
    lora = shelving.lora("torn", kohya(worn))
    file = shelving.root / "loras" / "torn.safetensors"
    file.write_bytes(file.read_bytes()[:-100])

    (sitting,) = paint_together(family, [wearing(lora)])

    assert isinstance(sitting.outcome, PaintingFailed)
    assert "“torn”" in str(sitting.outcome)


def test_a_file_that_has_changed_is_not_worn_in_the_old_ones_name(
    family: Family, worn: Any, shelving: Shelving
) -> None:
    lora = shelving.lora("neon", kohya(worn, seed=1))
    other = shelving.lora("neon", kohya(worn, seed=2, rank=3))

    first, second = (paint_together(family, [wearing(each)])[0] for each in (lora, other))

    assert "gone or has changed" in str(first.outcome)
    assert second.painted
