"""Draft: a backup while it is written, piece by piece."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from engine.errors import StorageFailed
from storage.backup_contents import MANIFEST, Sums, manifest
from storage.backup_file import writing
from storage.backup_tar import CHUNK, write_end, write_member


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is added is counted, so that the manifest can say it."""

    file: BinaryIO
    place: Path
    made: datetime
    sums: Sums = field(default_factory=Sums)

    def note(self, name: str, content: bytes) -> None:
        if name != MANIFEST:
            self.sums.note(name, content)
        self._write(name, content)

    def part(self, table: str, number: int, lines: bytes) -> None:
        self.sums.part(table, number, lines)
        self._write(f"tables/{table}/{number:06}.jsonl", lines)

    def picture(self, folder: Path, digest: str) -> bool:
        """False where there is no such file any more."""
        name = f"{digest[:2]}/{digest[2:4]}/{digest}"
        try:
            picture = (folder / name).open("rb")
        except FileNotFoundError:
            return False
        except OSError as error:
            raise StorageFailed(f"I cannot read {folder / name}: {error.strerror}.") from error
        with picture:
            # From here on it can be read to its end, whoever removes it.
            size = os.fstat(picture.fileno()).st_size
            chunks = iter(lambda: picture.read(CHUNK), b"")
            with writing(self.place):
                write_member(self.file, f"pictures/{name}", size, self._moment, chunks)
        self.sums.picture(digest, size)
        return True

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
