"""Prompts of any length, weights, BREAKs, and what is remembered of them."""

from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transformers import CLIPTextModel, CLIPTextModelWithProjection

from engine.errors import PaintingFailed
from engine.gpu.addons.embeddings import Embeddings
from engine.gpu.addons.shelves import NOWHERE, Shelves
from engine.gpu.text.clip import Clip, shortened
from engine.gpu.text.conditioning import Conditioning
from engine.gpu.text.manner import Manner
from engine.gpu.text.words import Words
from tests.engine.gpu import tiny
from tests.engine.gpu.together import CARD

WINDOW = 77
LONG = "red circle on white " * 25


@pytest.fixture(scope="module")
def clip(pipe: Any) -> Clip:
    def plain(text: str) -> Words:
        return Words(tokens=pipe.encode_prompt(text, "cpu", 1, False)[0])

    readers = [(pipe.tokenizer, pipe.text_encoder)]
    return Clip(readers, plain, Embeddings(readers, CARD, Shelves(NOWHERE).file))


@pytest.fixture(scope="module")
def conditioning(clip: Clip) -> Conditioning:
    return Conditioning(clip)


@pytest.fixture(autouse=True)
def _no_gradients() -> Any:
    with torch.inference_mode():
        yield


def test_a_plain_prompt_is_what_the_pipeline_makes_of_it(
    conditioning: Conditioning, pipe: Any
) -> None:
    wanted, unwanted = pipe.encode_prompt("a red circle", "cpu", 1, True, "ugly")

    rows = conditioning.rows("a red circle", "ugly", guided=True).tokens

    assert torch.equal(rows, torch.cat([unwanted, wanted]))


def test_without_guidance_there_is_only_the_prompt(conditioning: Conditioning) -> None:
    rows = conditioning.rows("a red circle", "ugly", guided=False).tokens

    assert torch.equal(rows, conditioning.words("a red circle").tokens)


@pytest.mark.parametrize(
    "weighted", ["a (red:1.4) circle", "a (red:0.6) circle", "a ((red)) circle"]
)
def test_a_weight_changes_what_is_said(conditioning: Conditioning, weighted: str) -> None:
    plain, changed = (conditioning.words(text).tokens for text in ("a red circle", weighted))

    assert not torch.allclose(plain, changed, atol=1e-3)


def test_a_weight_of_one_changes_nothing(conditioning: Conditioning) -> None:
    plain, weighted = (conditioning.words(text).tokens for text in ("a red fox", "a (red:1.0) fox"))

    assert torch.equal(plain, weighted)


def test_words_beyond_the_first_window_count(conditioning: Conditioning) -> None:
    fox, house = (conditioning.words(f"{LONG} {word}").tokens for word in ("fox", "house"))

    assert fox.shape[1] == 2 * WINDOW
    assert torch.equal(fox[:, :WINDOW], house[:, :WINDOW])
    assert not torch.equal(fox[:, WINDOW:], house[:, WINDOW:])


def test_a_break_starts_a_new_window(conditioning: Conditioning) -> None:
    broken = conditioning.words("a red circle BREAK a blue fox").tokens

    parts = [conditioning.words(text).tokens for text in ("a red circle", "a blue fox")]
    assert torch.allclose(broken, torch.cat(parts, dim=1), atol=1e-5)


def test_the_shorter_of_two_prompts_goes_on_with_nothing(conditioning: Conditioning) -> None:
    unwanted, wanted = conditioning.rows(LONG, "ugly", guided=True).tokens

    assert unwanted.shape == wanted.shape
    assert torch.equal(unwanted[WINDOW:], conditioning.words("").tokens[0])


def test_a_word_longer_than_a_window_is_read_too(conditioning: Conditioning) -> None:
    assert conditioning.words(f"a {'z' * 200}").tokens.shape[1] > WINDOW


def test_a_lora_is_no_part_of_the_text(conditioning: Conditioning) -> None:
    called = conditioning.words("a fox <lora:neon:0.8>").tokens

    assert torch.equal(called, conditioning.words("a fox ").tokens)


@pytest.mark.parametrize("text", ["a red circle", "a (red:1.4) circle", LONG])
def test_with_a_clip_skip_the_last_layers_are_left_out(
    text: str, conditioning: Conditioning, pipe: Any
) -> None:
    whole = conditioning.words(text).tokens
    layers = pipe.text_encoder.encoder.layers

    skipped = conditioning.words(text, Manner(clip_skip=2)).tokens

    assert skipped.shape == whole.shape
    assert not torch.allclose(skipped, whole, atol=1e-2)
    assert pipe.text_encoder.encoder.layers is layers
    assert torch.equal(conditioning.words(text).tokens, whole)


@pytest.mark.parametrize("kind", [CLIPTextModel, CLIPTextModelWithProjection])
def test_a_clip_skip_reads_the_layer_before_through_the_last_norm(kind: Any) -> None:
    words = tiny.tokenizer()
    encoder = tiny.clip(kind, words)
    ids = words("a red circle", return_tensors="pt").input_ids

    with shortened([encoder], 1):
        skipped = encoder(ids).last_hidden_state

    states = encoder(ids, output_hidden_states=True).hidden_states
    norm = getattr(encoder, "text_model", encoder).final_layer_norm
    assert torch.equal(skipped, norm(states[-2]))


def test_a_weight_counts_with_a_clip_skip_too(conditioning: Conditioning) -> None:
    plain, weighted = (
        conditioning.words(text, Manner(clip_skip=2)).tokens
        for text in ("a red fox", "a (red:1.4) fox")
    )

    assert not torch.allclose(plain, weighted, atol=1e-3)


def test_what_a_prompt_goes_on_with_is_read_with_the_clip_skip_too(
    conditioning: Conditioning,
) -> None:
    manner = Manner(clip_skip=2)

    unwanted, _ = conditioning.rows(LONG, "ugly", guided=True, manner=manner).tokens

    assert torch.equal(unwanted[WINDOW:], conditioning.words("", manner).tokens[0])


def test_more_skipped_than_there_are_layers_is_a_sentence(conditioning: Conditioning) -> None:
    with pytest.raises(PaintingFailed, match=r"clip skip of 3 .* 2 layers. Take at most 2"):
        conditioning.words("a fox", Manner(clip_skip=3))


def test_a_failure_leaves_no_layer_out(conditioning: Conditioning, pipe: Any) -> None:
    layers = pipe.text_encoder.encoder.layers

    with pytest.raises(ZeroDivisionError), shortened([pipe.text_encoder], 1):
        _ = 1 / 0

    assert pipe.text_encoder.encoder.layers is layers


def test_a_text_is_encoded_once_while_it_is_remembered(clip: Clip) -> None:
    conditioning = Conditioning(clip, remember=2)
    first = conditioning.words("a")

    conditioning.words("b")
    assert conditioning.words("a") is first
    conditioning.words("c")
    assert conditioning.words("a") is first
    conditioning.words("d")
    conditioning.words("e")
    assert conditioning.words("a") is not first


PIECES = [
    "a red circle",
    "(fox:1.3)",
    "[snow]",
    "(tree:0.4)",
    " BREAK ",
    "((house))",
    "z" * 90,
    f"({LONG}:0.7)",
    ", ",
    "<|endoftext|>",
    "(:0.5)",
    "(  :1.2)",
    "é🦊",
    "(x:0)",
    "(",
    "]",
    "()[]" * 40,
    "<lora:neon:0.5>",
]


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PIECES), max_size=8))
def test_any_text_becomes_whole_windows_of_numbers(
    conditioning: Conditioning, pieces: list[str]
) -> None:
    rows = conditioning.rows("".join(pieces), "ugly", guided=True).tokens

    assert rows.shape[1] % WINDOW == 0
    assert torch.isfinite(rows).all()
