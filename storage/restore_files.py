"""The files of a backup that is restored: put aside at first, in their places at the end."""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from engine.errors import InvalidRequest, StorageFailed
from storage.backup_contents import Contents, File, Note
from storage.backup_file import writing

ASIDE = ".restoring"
"""In the folder of pictures, so that it is on the same disk. A crash leaves it there, and the next
restore begins anew."""
UNFINISHED = ".unfinished"


class Arrivals:
    """What of a backup goes into the data folder. Each place there is one of ours: a digest, or a
    name without folders."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir, self._pictures = data_dir, data_dir / "pictures"
        self._aside = self._pictures / ASIDE
        self._notes: list[Note] = []
        self._settled = False

    def require_empty(self) -> None:
        """Raises InvalidRequest where files are there that no restore left."""
        if self._aside.exists():
            return
        for found in (self._pictures.glob("??/??/*"), self._data_dir.glob("wildcards/*.txt")):
            if next(found, None) is not None:
                raise InvalidRequest(
                    f"The data folder {self._data_dir} is not empty. Name an empty one with "
                    "EASEL_DATA_DIR, or put the backup's files beside those with --replace."
                )

    def begin(self, contents: Contents, bytes_of_rows: int) -> None:
        """Raises StorageFailed where there is no room for them."""
        with writing(self._aside):
            self.forget()
            self._aside.mkdir(parents=True)
            free = shutil.disk_usage(self._aside).free
        needed = contents.size + bytes_of_rows
        if needed > free:
            raise StorageFailed(
                f"The backup needs {needed / 2**30:.2f} GiB, and {self._data_dir} has "
                f"{free / 2**30:.2f} GiB free. Make room, or choose another disk."
            )

    def picture(self, file: File) -> None:
        place = self._aside / _place_of(file.digest)
        with writing(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("wb") as stream:
                _copy(file, stream)

    def note(self, note: Note) -> None:
        self._notes.append(note)

    def settle(self) -> None:
        """All of them are where they belong, also after a power cut."""
        self._settled = True
        with writing(self._data_dir):
            # Before they have their names: what has one is whole.
            os.sync()
            for folder in self._aside.glob("??/??"):
                _move(folder, self._pictures / folder.relative_to(self._aside))
            for note in self._notes:
                _write(self._data_dir / note.place, note.content)
            os.sync()

    def forget(self) -> None:
        """What was put aside and took no place yet."""
        if self._aside.exists():
            shutil.rmtree(self._aside)

    def give_up(self) -> None:
        """Nothing is left, unless files are in their places already: then the next restore must
        see that they are a restore's."""
        if not self._settled:
            shutil.rmtree(self._aside, ignore_errors=True)
            with suppress(OSError):  # it was there, with pictures in it
                self._pictures.rmdir()


def _place_of(digest: str) -> Path:
    return Path(digest[:2], digest[2:4], digest)


def _copy(file: File, stream: BinaryIO) -> None:
    for chunk in file.chunks:
        stream.write(chunk)


def _move(folder: Path, to: Path) -> None:
    """The whole folder where there is none yet, file by file else."""
    to.parent.mkdir(parents=True, exist_ok=True)
    if not to.exists():
        folder.rename(to)
        return
    for file in folder.iterdir():
        file.replace(to / file.name)


def _write(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(place.name + UNFINISHED)
    draft.write_bytes(content)
    draft.replace(place)
