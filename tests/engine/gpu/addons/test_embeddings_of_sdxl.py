"""Textual inversion where two text encoders read."""

from collections.abc import Iterator

import pytest
import torch

from engine.gpu.addons.vocabulary import LEGACY_END
from engine.gpu.families.sdxl import StableDiffusionXL
from tests.engine.gpu import tiny
from tests.engine.gpu.addons.shelf import Shelving, vectors
from tests.engine.gpu.together import CARD, recipe

NAME = "EasyNegative"


@pytest.fixture(autouse=True)
def _no_gradients() -> Iterator[None]:
    with torch.inference_mode():
        yield


def test_sdxl_reads_a_pair(shelving: Shelving) -> None:
    rows = vectors(2), vectors(2, width=64, seed=1)
    extra = shelving.embedding(NAME, {"clip_l": rows[0], "clip_g": rows[1]})
    family = StableDiffusionXL(tiny.sdxl(), CARD, shelving.shelves)
    asked = recipe(prompt=f"a {NAME} fox", embeddings=(extra,), guidance=1.0)

    told = family.encode(asked)

    pipe = tiny.sdxl()
    pipe.load_textual_inversion({"<x>": rows[0]}, "<x>", pipe.tokenizer, pipe.text_encoder)
    pipe.load_textual_inversion({"<x>": rows[1]}, "<x>", pipe.tokenizer_2, pipe.text_encoder_2)
    theirs = pipe.encode_prompt("a <x> fox", device="cpu", do_classifier_free_guidance=False)
    assert torch.equal(told["encoder_hidden_states"], theirs[0])
    assert torch.equal(told["text_embeds"], theirs[2])


def test_the_gist_is_taken_at_the_end_although_signs_are_larger(shelving: Shelving) -> None:
    extra = shelving.embedding(NAME, {"clip_l": vectors(2), "clip_g": vectors(2, width=64)})
    told = []
    for end in (tiny.tokenizer().eos_token_id, LEGACY_END):
        pipe = tiny.sdxl()
        pipe.text_encoder_2.text_model.eos_token_id = end
        family = StableDiffusionXL(pipe, CARD, shelving.shelves)
        asked = recipe(prompt=f"a {NAME} fox", embeddings=(extra,), guidance=1.0)
        told.append(family.encode(asked)["text_embeds"])

    assert torch.equal(*told)
