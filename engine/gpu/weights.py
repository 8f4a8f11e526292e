"""Looks at weight files without loading them: whole safetensors or not, pickles, digests."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from math import prod
from pathlib import Path
from typing import Any

from engine.errors import BadModel

PICKLE_ENDINGS = frozenset({".ckpt", ".pt", ".pth", ".bin", ".pkl", ".pickle"})
LONGEST_HEADER = 100_000_000
# Files up to this size are read whole for a digest; of larger ones, pieces all over them.
SMALL = 64 * 2**20
PIECE, PIECES = 2**18, 128
BYTES_OF = {
    "BOOL": 1,
    "U8": 1,
    "I8": 1,
    "F8_E4M3": 1,
    "F8_E5M2": 1,
    "I16": 2,
    "U16": 2,
    "F16": 2,
    "BF16": 2,
    "I32": 4,
    "U32": 4,
    "F32": 4,
    "I64": 8,
    "U64": 8,
    "F64": 8,
}


def require_safetensors(file: Path) -> None:
    """Raise BadModel unless the file is a whole safetensors file."""
    with _readable(file), file.open("rb") as weights:
        start = weights.read(8)
        size = file.stat().st_size
        whole = _plausible(start, size)
        pickled = start[:4] == b"PK\x03\x04" or start[:1] == b"\x80"
        if file.suffix in PICKLE_ENDINGS or (pickled and not whole):
            raise BadModel(
                f"{file.name} is a pickle, and a pickle can run any program when it is opened. "
                "Get the same weights as .safetensors."
            )
        if not whole:
            raise _broken(file)
        header = weights.read(int.from_bytes(start, "little"))
    try:
        tensors = json.loads(header)
        end = max(_end_of(entry) for name, entry in tensors.items() if name != "__metadata__")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise _broken(file) from None
    if 8 + len(header) + end != size:
        raise _broken(file)


def digest_of(files: Iterable[Path], root: Path) -> str:
    """Changes with the name, the size and the bytes of any file; large ones are read in parts."""
    digest = sha256()
    for file in sorted(files):
        with _readable(file), file.open("rb") as content:
            size = file.stat().st_size
            digest.update(f"{file.relative_to(root).as_posix()} {size}\n".encode())
            if size <= SMALL:
                digest.update(content.read())
                continue
            for number in range(PIECES):
                content.seek(number * (size - PIECE) // (PIECES - 1))
                digest.update(content.read(PIECE))
    return digest.hexdigest()


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:  # no right to read it, or a link to what is gone
        raise BadModel(
            f"{file.name} cannot be read: {error.strerror}. Mend that, or download it again."
        ) from None


def _plausible(start: bytes, size: int) -> bool:
    length = int.from_bytes(start, "little")
    return len(start) == 8 and 2 <= length <= min(LONGEST_HEADER, size - 8)


def _end_of(entry: Any) -> int:
    begin, end = entry["data_offsets"]
    width = BYTES_OF.get(entry["dtype"])
    if width is not None and end - begin != width * prod(entry["shape"]):
        raise ValueError("a tensor's size and place disagree")
    return int(end)


def _broken(file: Path) -> BadModel:
    return BadModel(f"{file.name} is damaged or was not downloaded to its end. Download it again.")
