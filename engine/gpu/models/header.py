"""Header: what a safetensors file says of its tensors, read as strictly as loading reads it."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, NoReturn

METADATA = "__metadata__"
MOST_SIDES = 64
BITS_OF = {
    "F4": 4,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    "BOOL": 8,
    "U8": 8,
    "I8": 8,
    "F8_E4M3": 8,
    "F8_E4M3FNUZ": 8,
    "F8_E5M2": 8,
    "F8_E5M2FNUZ": 8,
    "F8_E8M0": 8,
    "I16": 16,
    "U16": 16,
    "F16": 16,
    "BF16": 16,
    "I32": 32,
    "U32": 32,
    "F32": 32,
    "I64": 64,
    "U64": 64,
    "F64": 64,
    "C64": 64,
}


class Malformed(ValueError):
    """No header of safetensors; says what is wrong with it, after the word “because”."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One tensor: its precision as safetensors calls it, and its shape."""

    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """All the tensors by name, and what whoever saved them said of them."""

    tensors: Mapping[str, Stored]
    metadata: Mapping[str, str]


def read_header(text: bytes, size: int) -> Header:
    """`size` is how many bytes of tensors follow it. Raises Malformed."""
    try:
        # Strictly UTF-8: left alone, `json` guesses among encodings.
        content = json.loads(text.decode("utf-8"), object_pairs_hook=_once)
    except Malformed:
        raise
    except (ValueError, RecursionError):
        raise Malformed("its header cannot be read") from None
    if not isinstance(content, dict):
        _refuse("its header is no list of tensors")
    metadata = content.pop(METADATA, None)
    metadata = {} if metadata is None else metadata
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        _refuse("its metadata are no texts")
    if not content:
        _refuse("it holds no tensors")
    places = sorted(_place(name, entry) for name, entry in content.items())
    end = 0
    for begin, after, name in places:
        if begin != end:
            _refuse(f"{_shown(name)} does not begin where the tensor before it ends")
        end = after
    if end != size:
        _refuse("its tensors end before the file does" if end < size else "its end is missing")
    stored = {
        name: Stored(dtype=entry["dtype"], shape=tuple(entry["shape"]))
        for name, entry in content.items()
    }
    return Header(tensors=stored, metadata=metadata)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        _refuse(f"it names {_shown(twice)} twice")
    return content


def _place(name: str, entry: Any) -> tuple[int, int, str]:
    match entry:
        case {"dtype": str(dtype), "shape": [*shape], "data_offsets": [begin, end]} if (
            len(shape) <= MOST_SIDES
        ) and all(
            # A bool is an int to Python, and none to anybody else.
            type(number) is int and 0 <= number < 2**63
            for number in (begin, end, *shape)
        ):
            pass
        case _:
            _refuse(f"{_shown(name)} has no right precision, shape or place")
    bits = BITS_OF.get(dtype)
    if bits is None:
        _refuse(f"{_shown(name)} is stored as {_shown(dtype)}, which I do not know")
    if 8 * (end - begin) != bits * prod(shape):
        _refuse(f"the size and the place of {_shown(name)} disagree")
    return begin, end, name


def _shown(name: str) -> str:
    # A stranger wrote it, and it goes to a terminal.
    return f"{name[:60]!a}"


def _refuse(why: str) -> NoReturn:
    raise Malformed(why)
