"""Weight files are judged before anything opens them."""

import json
import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from engine.errors import BadModel
from engine.gpu.weights import digest_of, require_safetensors


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    file = tmp_path / "weights.safetensors"
    save_file({"a": torch.ones(3, 4), "b": torch.ones(5, dtype=torch.float16)}, file)
    return file


def header(tensors: object, size: int) -> bytes:
    text = json.dumps(tensors).encode()
    return len(text).to_bytes(8, "little") + text + bytes(size)


def test_a_whole_file_is_fine(weights: Path) -> None:
    require_safetensors(weights)


@pytest.mark.parametrize("missing", [1, 20, 60, 150])
def test_a_file_that_ends_too_early_is_damaged(weights: Path, missing: int) -> None:
    content = weights.read_bytes()
    weights.write_bytes(content[: max(0, len(content) - missing)])

    with pytest.raises(BadModel, match="Download it again"):
        require_safetensors(weights)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x01",
        (2**62).to_bytes(8, "little") + b"{}",
        header({}, 0),
        header([], 0),
        header({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}, 4),
        header({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, 9),
        header({"a": None}, 0),
        header({"a": {"dtype": "F32", "shape": "x", "data_offsets": [0, 4]}}, 4),
        (4).to_bytes(8, "little") + b"\xff\xfe{}",
    ],
)
def test_what_only_looks_like_safetensors_is_damaged(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "weights.safetensors"
    file.write_bytes(content)

    with pytest.raises(BadModel, match="Download it again"):
        require_safetensors(file)


@pytest.mark.parametrize("name", ["model.ckpt", "model.bin", "model.pt"])
def test_a_pickle_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(b"anything")

    with pytest.raises(BadModel, match=r"as \.safetensors"):
        require_safetensors(file)


def test_a_pickle_is_refused_under_any_name(tmp_path: Path) -> None:
    plain, zipped = tmp_path / "plain.safetensors", tmp_path / "zipped.safetensors"
    plain.write_bytes(pickle.dumps({"a": [1, 2, 3]}))
    torch.save({"a": torch.ones(3)}, zipped)

    for file in (plain, zipped):
        with pytest.raises(BadModel, match="is a pickle"):
            require_safetensors(file)


def test_the_digest_changes_with_one_byte_and_with_a_name(weights: Path) -> None:
    before = digest_of([weights], weights.parent)
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)

    after = digest_of([weights], weights.parent)
    renamed = digest_of([weights.rename(weights.with_stem("other"))], weights.parent)

    assert len({before, after, renamed}) == 3


def test_the_digest_of_a_large_file_changes_when_its_weights_do(tmp_path: Path) -> None:
    file = tmp_path / "large.safetensors"
    with file.open("wb") as content:
        content.truncate(80 * 2**20)
    before = digest_of([file], tmp_path)

    with file.open("r+b") as content:
        content.seek(40 * 2**20)
        content.write(b"\x01" * 2**20)

    assert digest_of([file], tmp_path) != before
