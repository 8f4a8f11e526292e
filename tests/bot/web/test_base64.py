"""Pictures as base64, as programs write it."""

import tracemalloc
from base64 import b64encode, encodebytes

import pytest

from bot.web.a1111.shapes import file_in
from bot.web.incoming import PIECE, from_base64
from engine.errors import InvalidRequest

LONG = bytes(range(256)) * (PIECE // 100)


@pytest.mark.parametrize(
    "file", [b"", b"a", b"ab", b"abc", LONG, LONG[:-1], LONG[: PIECE // 4 * 3]], ids=len
)
@pytest.mark.parametrize("beginning", ["", "data:image/png;base64,"])
def test_base64_of_any_length_is_read(file: bytes, beginning: str) -> None:
    assert from_base64(beginning + b64encode(file).decode()) == file


@pytest.mark.parametrize(
    "word",
    [
        "A",
        "é",
        "AA==AAAA",
        b64encode(LONG).decode() + "A",
        "A" * (PIECE - 2) + "==" + "A" * 8,
        "A" * PIECE + "é",
        "A" * PIECE + " ",
    ],
    ids=lambda word: f"{word[:8]}-{len(word)}",
)
def test_what_is_no_base64_is_refused(word: str) -> None:
    with pytest.raises(InvalidRequest):
        from_base64(word)


def test_base64_in_lines_is_read_and_takes_no_more_memory_than_its_like() -> None:
    word = encodebytes(LONG).decode().replace("\n", "\r\n ")
    short = "abc " * len(LONG)

    assert file_in(word) == LONG
    tracemalloc.start()
    file_in(short)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 5 * len(short)
