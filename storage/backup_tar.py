"""Tar: one file of many, written and read piece by piece, that holds plain files and nothing else.

By hand and not by `tarfile`, which remembers every file that it passes: of a million pictures that
is a gigabyte. Links, devices and long names by extension are no part of it, so none can be read.
"""

from collections.abc import Iterable, Iterator
from tarfile import BLOCKSIZE, REGTYPE, USTAR_FORMAT, HeaderError, TarInfo
from typing import BinaryIO

from engine.errors import StorageFailed

CHUNK = 2**20
LETTERS = "utf-8"
END = bytes(BLOCKSIZE)
BROKEN = "It is damaged: {what}. Take another backup; nothing was changed."


class Broken(StorageFailed):
    """What was read is not what a backup is."""

    def __init__(self, what: str) -> None:
        super().__init__(BROKEN, what=what)


class Member:
    """A file inside, whose bytes can be read once."""

    def __init__(self, name: str, size: int, file: BinaryIO) -> None:
        self.name, self.size = name, size
        self._file, self._left = file, size

    def chunks(self) -> Iterator[bytes]:
        while self._left:
            chunk = self._file.read(min(CHUNK, self._left))
            if not chunk:
                raise Broken("it ends too early")
            self._left -= len(chunk)
            yield chunk

    def read(self, most: int) -> bytes:
        """All of it, where it is no larger."""
        if self.size > most:
            raise Broken(f"{self.name} is too large")
        return b"".join(self.chunks())


def write_member(file: BinaryIO, name: str, size: int, made: int, chunks: Iterable[bytes]) -> None:
    """Raises ValueError where a name is too long or the bytes are not so many."""
    info = TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, made
    file.write(info.tobuf(USTAR_FORMAT, LETTERS, "strict"))
    written = 0
    for chunk in chunks:
        file.write(chunk)
        written += len(chunk)
    if written != size:
        raise ValueError(f"{name} has {written} bytes instead of {size}")
    file.write(bytes(-size % BLOCKSIZE))


def write_end(file: BinaryIO) -> None:
    file.write(END * 2)


def members(file: BinaryIO) -> Iterator[Member]:
    """One after the other; what was not read of one is passed over. Raises Broken."""
    while True:
        block = file.read(BLOCKSIZE)
        if block == END:
            _require_end(file)
            return
        if len(block) < BLOCKSIZE:
            raise Broken("it ends too early")
        try:
            info = TarInfo.frombuf(block, LETTERS, "strict")
        except (HeaderError, ValueError) as error:
            raise Broken("a file in it has no readable name") from error
        if info.type != REGTYPE or info.linkname:
            raise Broken(f"{info.name!r:.80} is no plain file")
        if info.size < 0:
            raise Broken(f"{info.name!r:.80} has no size")
        member = Member(info.name, info.size, file)
        yield member
        for _ in member.chunks():
            pass
        if len(file.read(-info.size % BLOCKSIZE)) != -info.size % BLOCKSIZE:
            raise Broken("it ends too early")


def _require_end(file: BinaryIO) -> None:
    if file.read(BLOCKSIZE) != END:
        raise Broken("it ends too early")
    if file.read(1):
        raise Broken("something stands behind its end")
