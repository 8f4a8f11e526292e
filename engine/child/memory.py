"""Memory without a name, which goes to another process by its descriptor.

Whoever dies with it leaves nothing behind: it is gone with the last descriptor.
"""

import os
from collections.abc import Callable, Sequence
from tempfile import TemporaryFile


def unlinked_file() -> int:
    """Where the system knows no other memory without a name."""
    with TemporaryFile() as file:
        return os.dup(file.fileno())


def anonymous() -> int:
    """The descriptor of an empty one."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("easel")
    return unlinked_file()


def put_aside(pieces: Sequence[bytes], open_one: Callable[[], int] = anonymous) -> int:
    """The descriptor of a memory that holds these, one behind the other. Raises OSError."""
    memory = open_one()
    try:
        for piece in pieces:
            rest = memoryview(piece)
            while rest:
                rest = rest[os.write(memory, rest) :]
    except BaseException:
        os.close(memory)
        raise
    return memory


def taken_out(memory: int, lengths: Sequence[int]) -> tuple[bytes, ...]:
    """The pieces of these lengths. Raises ValueError where it does not hold just these."""
    try:
        if os.fstat(memory).st_size != sum(lengths):
            raise ValueError("a memory holds more or less than was said")
        starts = (sum(lengths[:index]) for index in range(len(lengths)))
        return tuple(
            _piece(memory, start, length) for start, length in zip(starts, lengths, strict=True)
        )
    except OSError as error:
        raise ValueError(f"a memory cannot be read: {error}") from error


def _piece(memory: int, start: int, length: int) -> bytes:
    parts: list[bytes] = []
    while length:
        # Where reading begins is said each time: both processes share one position.
        part = os.pread(memory, length, start)
        if not part:
            raise ValueError("a memory became smaller while it was read")
        parts.append(part)
        start, length = start + len(part), length - len(part)
    return b"".join(parts)
