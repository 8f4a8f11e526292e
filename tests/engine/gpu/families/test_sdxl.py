"""What Stable Diffusion XL is told: two text encoders, the gist of one, and the size."""

from collections.abc import Mapping
from typing import Any

import pytest
import torch
from compel import CompelForSDXL
from torch import Tensor

from tests.engine.gpu.families.specimen import Specimen

WINDOW = 77
LONG = "red circle on white " * 25


@pytest.fixture(autouse=True)
def _no_gradients() -> Any:
    with torch.inference_mode():
        yield


@pytest.fixture
def sdxl(specimens: Mapping[str, Specimen]) -> Specimen:
    return specimens["sdxl"]


def told(sdxl: Specimen, **changes: Any) -> Mapping[str, Tensor]:
    return sdxl.family.encode(sdxl.recipe(**{"guidance": 1.0, **changes}))


def test_weights_mean_what_they_mean_to_compel(sdxl: Specimen) -> None:
    theirs = CompelForSDXL(sdxl.pipe)("a (red)1.4 circle, (fox)0.5")

    ours = told(sdxl, prompt="a (red:1.4) circle, (fox:0.5)")

    assert torch.allclose(ours["encoder_hidden_states"], theirs.embeds, atol=1e-5)
    # compel takes the gist of the text with its brackets and numbers, which nobody means.
    plain = told(sdxl, prompt="a red circle, fox")
    assert torch.equal(ours["text_embeds"], plain["text_embeds"])


def test_both_encoders_hear_a_weight(sdxl: Specimen) -> None:
    plain, weighted = (told(sdxl, prompt=text) for text in ("a red fox", "a (red:1.4) fox"))

    difference = plain["encoder_hidden_states"] - weighted["encoder_hidden_states"]
    first, second = difference.split([32, 64], dim=-1)
    assert first.abs().max() > 1e-3
    assert second.abs().max() > 1e-3


def test_words_beyond_the_first_window_count(sdxl: Specimen) -> None:
    fox, house = (told(sdxl, prompt=f"{LONG} {word}") for word in ("fox", "house"))

    one, other = (rows["encoder_hidden_states"] for rows in (fox, house))
    assert one.shape[1] == 2 * WINDOW
    assert not torch.equal(one[:, WINDOW:], other[:, WINDOW:])
    assert torch.equal(fox["text_embeds"], house["text_embeds"])


def test_no_negative_prompt_is_silence_of_any_length(sdxl: Specimen) -> None:
    rows = told(sdxl, prompt=LONG, negative="", guidance=5.0)

    assert rows["encoder_hidden_states"].shape[1] == 2 * WINDOW
    assert not rows["encoder_hidden_states"][0].any()
    assert not rows["text_embeds"][0].any()


def test_the_size_is_told_in_every_row(sdxl: Specimen) -> None:
    rows = told(sdxl, width=80, height=64, guidance=5.0)

    assert rows["time_ids"].tolist() == [[64, 80, 0, 0, 64, 80]] * 2


def test_a_sign_for_the_end_does_not_end_the_prompt(sdxl: Specimen) -> None:
    with_sign, without = (
        told(sdxl, prompt=f"a (red:1.2) fox{sign} on white") for sign in ("<|endoftext|>", " ")
    )

    assert torch.allclose(
        with_sign["encoder_hidden_states"], without["encoder_hidden_states"], atol=1e-5
    )
