"""Draft: a backup while it is written, piece by piece."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from pathlib import Path
from typing import BinaryIO

from engine.errors import StorageFailed
from storage.backup_contents import MANIFEST, Sums, manifest
from storage.backup_file import writing
from storage.backup_tar import CHUNK, write_end, write_member


class Found(Enum):
    """What became of a picture's file."""

    WHOLE = auto()
    GONE = auto()
    DAMAGED = auto()
    """It cannot be read, or is not what its name says. Nothing of it is in the backup."""


class _Unreadable(Exception):
    """The disk gives less of a file than it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is added is counted, so that the manifest can say it."""

    file: BinaryIO
    place: Path
    made: datetime
    sums: Sums = field(default_factory=Sums)

    def note(self, name: str, content: bytes) -> None:
        """Raises ValueError where the name is too long, and then nothing was added."""
        self._write(name, content)
        if name != MANIFEST:
            self.sums.note(name, content)

    def part(self, table: str, number: int, lines: bytes) -> None:
        self.sums.part(table, number, lines)
        self._write(f"tables/{table}/{number:06}.jsonl", lines)

    def picture(self, folder: Path, digest: str) -> Found:
        """Raises StorageFailed where it may not be read."""
        name = f"{digest[:2]}/{digest[2:4]}/{digest}"
        try:
            picture = (folder / name).open("rb")
        except FileNotFoundError:
            return Found.GONE
        except PermissionError as error:
            raise StorageFailed(
                f"I may not read {folder / name}. Run this as the one whom Easel runs as."
            ) from error
        except OSError:
            return Found.DAMAGED
        with picture, writing(self.place):
            # From here on it can be read to its end, whoever removes it.
            size, start = os.fstat(picture.fileno()).st_size, self.file.tell()
            seen = hashlib.sha256()
            try:
                chunks = _chunks(picture, size, seen)
                write_member(self.file, f"pictures/{name}", size, self._moment, chunks)
                whole = seen.hexdigest() == digest
            except _Unreadable:
                whole = False
            if not whole:
                self.file.seek(start)
                self.file.truncate()
                return Found.DAMAGED
        self.sums.picture(digest, size)
        return Found.WHOLE

    def end(self, numbers: Mapping[str, int], gone: int) -> None:
        self.note(MANIFEST, manifest(self.sums, numbers, gone))
        with writing(self.place):
            write_end(self.file)
            self.file.flush()

    def _write(self, name: str, content: bytes) -> None:
        with writing(self.place):
            write_member(self.file, name, len(content), self._moment, [content])

    @property
    def _moment(self) -> int:
        return int(self.made.timestamp())


def _chunks(picture: BinaryIO, size: int, seen: "hashlib._Hash") -> Iterator[bytes]:
    left = size
    while left:
        try:
            chunk = picture.read(min(CHUNK, left))
        except OSError as error:
            raise _Unreadable from error
        if not chunk:
            raise _Unreadable
        left -= len(chunk)
        seen.update(chunk)
        yield chunk
