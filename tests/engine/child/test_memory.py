"""Memory that goes to another process by its descriptor."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.child.memory import anonymous, put_aside, taken_out, unlinked_file

KINDS = pytest.mark.parametrize("kind", [anonymous, unlinked_file])


@contextmanager
def holding(*pieces: bytes, kind: Callable[[], int] = anonymous) -> Iterator[int]:
    memory = put_aside(pieces, kind)
    try:
        yield memory
    finally:
        os.close(memory)


@KINDS
def test_pieces_come_out_as_they_went_in(kind: Callable[[], int]) -> None:
    with holding(b"fox", b"", b"snow", kind=kind) as memory:
        assert taken_out(memory, [3, 0, 4]) == (b"fox", b"", b"snow")
        assert taken_out(memory, [7]) == (b"foxsnow",)


@KINDS
def test_it_has_no_name_that_could_stay_behind(kind: Callable[[], int]) -> None:
    with holding(b"fox", kind=kind) as memory:
        assert os.fstat(memory).st_nlink == 0
        assert not os.get_inheritable(memory)


@pytest.mark.parametrize("lengths", [[2], [4], [3, 1], []])
def test_what_holds_more_or_less_than_was_said_is_refused(lengths: list[int]) -> None:
    with holding(b"fox") as memory, pytest.raises(ValueError, match="more or less"):
        taken_out(memory, lengths)


def test_what_is_no_memory_is_refused(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(ValueError, match="cannot be read"):
            taken_out(folder, [os.fstat(folder).st_size])
    finally:
        os.close(folder)
