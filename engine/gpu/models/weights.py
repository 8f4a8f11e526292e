"""Looks at weight files without loading them: whole safetensors or not, pickles, digests."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from engine.errors import BadModel
from engine.gpu.models.header import Header, Malformed, read_header

PICKLE_ENDINGS = frozenset({".ckpt", ".pt", ".pth", ".bin", ".pkl", ".pickle"})
LONGEST_HEADER = 100_000_000
# Files up to this size are read whole for a digest; of larger ones, pieces all over them.
SMALL = 64 * 2**20
PIECE, PIECES = 2**18, 128


def require_safetensors(file: Path) -> None:
    """Raise BadModel unless the file is a whole safetensors file."""
    header_of(file)


def header_of(file: Path) -> Header:
    """What is in the file. Raises BadModel unless it is a whole safetensors file."""
    with _readable(file), file.open("rb") as weights:

        def first(count: int) -> bytes:
            weights.seek(0)
            return weights.read(count)

        try:
            return header_in(file.name, file.stat().st_size, first)
        except Malformed as error:
            raise BadModel(
                f"{file.name} is damaged or was not downloaded to its end: {error}. "
                "Download it again."
            ) from None


def header_in(name: str, size: int, first: Callable[[int], bytes]) -> Header:
    """The header of a file of that size; `first` answers its first bytes, from wherever it is.

    Raises BadModel where it is a pickle, and Malformed where it is nothing whole.
    """
    start = first(9) if size else b""
    if name.lower().endswith(tuple(PICKLE_ENDINGS)) or _pickled(start):
        raise BadModel(
            f"{name} is a pickle, and a pickle can run any program when it is opened. "
            "Get the same weights as .safetensors."
        )
    length = int.from_bytes(start[:8], "little")
    if not 2 <= length <= min(LONGEST_HEADER, size - 8):
        raise Malformed("it is empty" if size == 0 else "its header is no header")
    return read_header(first(8 + length)[8:], size - 8 - length)


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


def _pickled(start: bytes) -> bool:
    """By what is in it: torch packs its pickles into a zip, and older ones begin with a version."""
    # A header may be as long as the version's byte says; then it begins right behind.
    return start[:4] == b"PK\x03\x04" or (start[:1] == b"\x80" and start[8:] != b"{")
