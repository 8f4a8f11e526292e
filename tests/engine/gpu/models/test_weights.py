"""Weight files are judged before anything opens them."""

import json
import pickle
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import save_file

from engine.errors import BadModel
from engine.gpu.models.header import BITS_OF
from engine.gpu.models.weights import digest_of, header_of, require_safetensors


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    file = tmp_path / "weights.safetensors"
    save_file({"a": torch.ones(3, 4), "b": torch.ones(5, dtype=torch.float16)}, file)
    return file


def header(tensors: object, size: int) -> bytes:
    text = json.dumps(tensors).encode()
    return len(text).to_bytes(8, "little") + text + bytes(size)


def four(begin: int, end: int, *, dtype: str = '"F32"', shape: str = "[1]") -> str:
    """The entry of a tensor, four bytes long unless it is said otherwise."""
    return f'{{"dtype": {dtype}, "shape": {shape}, "data_offsets": [{begin}, {end}]}}'


def listing(**entries: str) -> str:
    return "{" + ", ".join(f'"{name}": {entry}' for name, entry in entries.items()) + "}"


def test_a_whole_file_is_fine(weights: Path) -> None:
    require_safetensors(weights)

    tensors = header_of(weights).tensors
    assert {name: (stored.dtype, stored.shape) for name, stored in tensors.items()} == {
        "a": ("F32", (3, 4)),
        "b": ("F16", (5,)),
    }


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
        (100_000).to_bytes(8, "little") + b"[" * 100_000,
    ],
)
def test_what_only_looks_like_safetensors_is_damaged(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "weights.safetensors"
    file.write_bytes(content)

    with pytest.raises(BadModel, match="Download it again"):
        require_safetensors(file)


@pytest.mark.parametrize(
    ("told", "text", "size"),
    [
        ("it holds no tensors", "{}", 0),
        ("its header is no list of tensors", "[1]", 0),
        ("its header cannot be read", '{"a": ' + "[" * 3000 + "}", 0),
        ("its metadata are no texts", listing(__metadata__='{"a": 1}', a=four(0, 4)), 4),
        ("'a' is stored as 'F31'", listing(a=four(0, 4, dtype='"F31"')), 4),
        ("'a' has no right precision", listing(a=four(0, 4, dtype="32")), 4),
        ("'a' has no right precision", listing(a=four(0, 4, shape="[-1, -1]")), 4),
        ("'a' has no right precision", listing(a=four(0, 4, shape="[true]")), 4),
        ("'a' has no right precision", listing(a=four(0, 4, shape="[1.0]")), 4),
        ("'a' has no right precision", listing(a=four(0, 4, shape=str([1] * 65))), 4),
        ("'a' has no right precision", listing(a=four(-4, 0)), 4),
        ("the size and the place of 'a'", listing(a=four(4, 0)), 4),
        ("the size and the place of 'a'", listing(a=four(0, 8)), 8),
        ("'b' does not begin where", listing(a=four(0, 4), b=four(0, 4)), 4),
        ("'b' does not begin where", listing(a=four(0, 4), b=four(8, 12)), 12),
        ("'a' does not begin where", listing(a=four(4, 8)), 8),
        ("it names 'a' twice", '{"a": 1, "a": 2}', 8),
        ("it names 'shape' twice", '{"a": {"shape": [1], "shape": [1]}}', 4),
        ("its tensors end before the file", listing(a=four(0, 4)), 5),
        ("its end is missing", listing(a=four(0, 4)), 3),
    ],
)
def test_a_wrong_header_is_told_what_is_wrong(
    tmp_path: Path, told: str, text: str, size: int
) -> None:
    file = tmp_path / "weights.safetensors"
    file.write_bytes(len(text).to_bytes(8, "little") + text.encode() + bytes(size))

    with pytest.raises(BadModel, match=re.escape(told)):
        require_safetensors(file)


def test_an_empty_file_and_an_endless_header_are_told_apart(tmp_path: Path) -> None:
    empty, endless = tmp_path / "empty.safetensors", tmp_path / "endless.safetensors"
    empty.write_bytes(b"")
    endless.write_bytes(b"\xff" * 7 + b"\x7f{}")

    with pytest.raises(BadModel, match="it is empty"):
        require_safetensors(empty)
    with pytest.raises(BadModel, match="its header is no header"):
        require_safetensors(endless)


def test_the_names_of_strangers_cannot_write_on_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "weights.safetensors"
    file.write_bytes(header({"\x1b[2J" + "x" * 1000: None}, 0))

    with pytest.raises(BadModel) as refusal:
        require_safetensors(file)

    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 300


def test_tensors_may_be_named_in_any_order(tmp_path: Path) -> None:
    file = tmp_path / "weights.safetensors"
    text = listing(b=four(4, 8), a=four(0, 4))
    file.write_bytes(len(text).to_bytes(8, "little") + text.encode() + bytes(8))

    found = header_of(file)

    assert found.tensors["b"].shape == (1,)


WHOLE = {
    "__metadata__": {"format": "pt"},
    "a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
    "b": {"dtype": "F16", "shape": [], "data_offsets": [24, 26]},
    "c": {"dtype": "F8_E4M3", "shape": [0], "data_offsets": [26, 26]},
}
NUMBERS = st.integers() | st.sampled_from([0, 2, 3, 24, 26, 2**63, 2**64, True, 1.0])
SIMPLE = NUMBERS | st.none() | st.text(max_size=3) | st.sampled_from(sorted(BITS_OF))
ANYTHING = st.recursive(SIMPLE, lambda inner: st.lists(inner, max_size=3), max_leaves=4)


@st.composite
def nearly_whole_files(draw: st.DrawFn) -> bytes:
    """A whole file with some of its header, its length or its bytes changed."""
    entries: dict[str, Any] = json.loads(json.dumps(WHOLE))
    for _ in range(draw(st.integers(0, 2))):
        name = draw(st.sampled_from(sorted(WHOLE)) | st.text(max_size=2))
        key = draw(st.sampled_from(["dtype", "shape", "data_offsets"]))
        if draw(st.booleans()) and isinstance(entries.get(name), dict):
            entries[name][key] = draw(ANYTHING)
        else:
            entries[name] = draw(ANYTHING)
    text = json.dumps(entries, ensure_ascii=draw(st.booleans())).encode(errors="surrogatepass")
    content = bytearray(len(text).to_bytes(8, "little") + text + bytes(26))
    for _ in range(draw(st.integers(0, 2))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    return bytes(content[: draw(st.integers(0, len(content)) | st.just(len(content)))])


@given(content=nearly_whole_files())
@settings(
    max_examples=600,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
def test_whatever_is_in_a_file_it_is_refused_or_can_be_opened(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "weights.safetensors"
    file.write_bytes(content)

    try:
        found = header_of(file)
    except BadModel:
        return

    with safe_open(file, "pt") as opened:
        assert set(opened.keys()) == set(found.tensors)
        for name, stored in found.tensors.items():
            assert tuple(opened.get_slice(name).get_shape()) == stored.shape


@pytest.mark.parametrize("name", ["model.ckpt", "model.bin", "model.pt", "MODEL.CKPT"])
def test_a_pickle_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(b"anything")

    with pytest.raises(BadModel, match=r"as \.safetensors"):
        require_safetensors(file)


def test_a_pickle_is_refused_under_any_name(tmp_path: Path) -> None:
    plain, zipped = tmp_path / "plain.safetensors", tmp_path / "zipped.safetensors"
    plain.write_bytes(pickle.dumps({"a": [1, 2, 3]}))
    torch.save({"a": torch.ones(3)}, zipped)

    header_like = tmp_path / "header.safetensors"
    header_like.write_bytes(b"\x80\x02" + bytes(6) + b"}" * 0x280)

    for file in (plain, zipped, header_like):
        with pytest.raises(BadModel, match="is a pickle"):
            require_safetensors(file)


def test_a_header_may_be_as_long_as_the_first_byte_of_a_pickle(tmp_path: Path) -> None:
    file = tmp_path / "weights.safetensors"
    text = listing(a=four(0, 4)).ljust(0x80)
    file.write_bytes(len(text).to_bytes(8, "little") + text.encode() + bytes(4))

    assert header_of(file).tensors["a"].shape == (1,)


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
