"""Of all the files of a repository, those are taken that the model is made of."""

from typing import Any

import pytest

from engine.errors import BadModel
from engine.gpu.hub.repository import HubName
from engine.gpu.hub.wanted import files_of_pipeline, single_file

NAME = "org/name"
INDEX: dict[str, Any] = {
    "_class_name": "StableDiffusionPipeline",
    "_diffusers_version": "0.42.1",
    "feature_extractor": [None, None],
    "requires_safety_checker": False,
    "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
    "scheduler": ["diffusers", "EulerDiscreteScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}
DESCRIPTIONS = [
    "model_index.json",
    "scheduler/scheduler_config.json",
    "text_encoder/config.json",
    "tokenizer/merges.txt",
    "tokenizer/vocab.json",
    "unet/config.json",
    "vae/config.json",
]
UNET, VAE = "unet/diffusion_pytorch_model", "vae/diffusion_pytorch_model"
TEXT = "text_encoder/model"
PLAIN = [f"{UNET}.safetensors", f"{VAE}.safetensors", f"{TEXT}.safetensors"]
HALF = [f"{UNET}.fp16.safetensors", f"{VAE}.fp16.safetensors", f"{TEXT}.fp16.safetensors"]
PIECES = [
    f"{UNET}-00001-of-00002.safetensors",
    f"{UNET}-00002-of-00002.safetensors",
    f"{UNET}.safetensors.index.json",
]


def wanted(*files: str) -> set[str]:
    found = files_of_pipeline(NAME, [*DESCRIPTIONS, *files], INDEX)
    assert len(found) == len(set(found))
    return set(found) - set(DESCRIPTIONS)


def test_descriptions_and_vocabularies_are_taken() -> None:
    assert set(DESCRIPTIONS) < set(files_of_pipeline(NAME, [*DESCRIPTIONS, *PLAIN], INDEX))


def test_pickles_other_checkpoints_and_pictures_stay_there() -> None:
    others = (
        "v1-5-pruned.safetensors",
        "README.md",
        "sample.png",
        "unet/diffusion_pytorch_model.bin",
        "unet/diffusion_pytorch_model.bin.index.json",
        "unet/diffusion_pytorch_model.non_ema.safetensors",
        "text_encoder/model.onnx",
        "old_unet/diffusion_pytorch_model.safetensors",
        "unet/deep/diffusion_pytorch_model.safetensors",
    )

    assert wanted(*PLAIN, *others) == set(PLAIN)


def test_halves_are_taken_where_all_parts_have_them() -> None:
    assert wanted(*PLAIN, *HALF) == set(HALF)


def test_without_all_halves_the_full_ones_are_taken() -> None:
    assert wanted(*PLAIN, *HALF[:2]) == set(PLAIN)


def test_a_repository_of_halves_alone_will_do() -> None:
    assert wanted(*HALF) == set(HALF)


def test_weights_in_pieces_come_with_their_index() -> None:
    assert wanted(*PIECES, *PLAIN[1:]) == {*PIECES, *PLAIN[1:]}


@pytest.mark.parametrize("gone", PIECES)
def test_weights_that_lack_a_piece_are_none(gone: str) -> None:
    with pytest.raises(BadModel, match=r"no whole weights as \.safetensors in unet"):
        wanted(*[piece for piece in PIECES if piece != gone], *PLAIN[1:])


@pytest.mark.parametrize(
    "pieces",
    [
        [
            f"{UNET}.fp16-00001-of-00002.safetensors",
            f"{UNET}.fp16-00002-of-00002.safetensors",
            f"{UNET}.safetensors.index.fp16.json",
        ],
        [
            f"{UNET}-00001-of-00002.fp16.safetensors",
            f"{UNET}-00002-of-00002.fp16.safetensors",
            f"{UNET}.safetensors.index.fp16.json",
        ],
    ],
)
def test_halves_in_pieces_are_known_by_both_spellings(pieces: list[str]) -> None:
    assert wanted(*PLAIN, *HALF[1:], *pieces) == {*HALF[1:], *pieces}


def test_a_part_of_pickles_is_refused() -> None:
    with pytest.raises(BadModel, match=r"in vae, only pickles like .*\.bin"):
        wanted(PLAIN[0], PLAIN[2], f"{VAE}.bin")


def test_pickles_of_a_part_that_does_not_paint_are_left_out() -> None:
    checker = ("safety_checker/config.json", "safety_checker/pytorch_model.bin")

    assert wanted(*PLAIN, *checker) == set(PLAIN)


def test_a_missing_part_is_named() -> None:
    index = {part: what for part, what in INDEX.items() if part != "vae"}

    with pytest.raises(BadModel, match="in vae"):
        files_of_pipeline(NAME, [*DESCRIPTIONS, *PLAIN], index)


def test_another_family_is_refused_before_the_download() -> None:
    with pytest.raises(BadModel, match=r"KandinskyPipeline.*StableDiffusionPipeline"):
        files_of_pipeline(NAME, DESCRIPTIONS, {"_class_name": "KandinskyPipeline"})


@pytest.mark.parametrize(
    ("typed", "files", "found"),
    [
        (None, ["a.safetensors", "README.md"], "a.safetensors"),
        (None, ["a.safetensors", "lora/b.safetensors"], "a.safetensors"),
        (None, ["deep/a.safetensors"], "deep/a.safetensors"),
        ("b.safetensors", ["a.safetensors", "b.safetensors"], "b.safetensors"),
    ],
)
def test_a_single_file_is_found(typed: str | None, files: list[str], found: str) -> None:
    assert single_file(HubName(repository=NAME, file=typed), files) == found


@pytest.mark.parametrize(
    ("typed", "files", "sentence"),
    [
        (None, ["a.safetensors", "b.safetensors"], "several.*like org/name/a.safetensors"),
        (None, [f"{n}.safetensors" for n in range(12)], "and 4 more"),
        (None, ["model.ckpt"], r"only pickles like model\.ckpt"),
        (None, ["README.md"], "Look for another repository"),
        ("a1.safetensors", ["a.safetensors"], "Did you mean a.safetensors"),
        ("a.safetensors", ["a.ckpt"], r"no \.safetensors at all"),
    ],
)
def test_what_is_meant_is_asked_for(typed: str | None, files: list[str], sentence: str) -> None:
    with pytest.raises(BadModel, match=sentence):
        single_file(HubName(repository=NAME, file=typed), files)
