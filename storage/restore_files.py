"""The files of a backup that is restored: put aside at first, in their places at the end."""

import logging
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from itertools import chain, count
from pathlib import Path
from typing import BinaryIO

from engine.errors import InvalidRequest, StorageFailed
from storage.backup_contents import SPEEDS, Contents, File, Note
from storage.backup_file import writing
from storage.pictures import changed
from storage.whole_file import write_whole

log = logging.getLogger(__name__)

ASIDE = ".restoring"
"""In the folder of pictures, so that it is on the same disk. A crash leaves it there, and the next
restore begins anew."""
PLACED = "placed"
"""In it, what took its place: a crash may come before the rows are there, and then the next restore
must know that these files are a restore's. A line each."""
BEFORE = ".before"
"""How the owner's own file is called from then on where the backup has another of that name."""
FOR_ROWS = 2
"""Rows take so many times the bytes of their lines in SQLite, with their indexes: a third more was
measured."""


class Arrivals:
    """What of a backup goes into the data folder. Each place there is one of ours: a digest, or a
    name without folders."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir, self._pictures = data_dir, data_dir / "pictures"
        self._aside = self._pictures / ASIDE
        self._notes: list[Note] = []
        self._begun = self._settled = False

    def require_empty(self) -> None:
        """Raises InvalidRequest where files are there that no restore left."""
        placed = self._placed()
        pictures, texts = self._pictures.glob("??/??/*"), self._data_dir.glob("wildcards/*.txt")
        for found in chain(pictures, texts):
            if found.relative_to(self._data_dir).as_posix() not in placed:
                raise InvalidRequest(
                    f"The data folder {self._data_dir} is not empty. Name an empty one with "
                    "EASEL_DATA_DIR, or put the backup's files beside those with --replace; one of "
                    "yours that has the same name and says something else stays as NAME.before."
                )

    def begin(self, contents: Contents, database: Path | None) -> None:
        """Raises StorageFailed where there is no room for them, or for rows in that file."""
        self._begun = True
        with writing(self._aside):
            self._clear()
            self._aside.mkdir(parents=True, exist_ok=True)
            needs = [(self._aside, contents.size)]
            if database is not None:
                needs.append((database.parent, contents.rows_size * FOR_ROWS))
            _require_room(needs)

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
        with writing(self._data_dir):
            # Before they have their names: what has one is whole.
            self._note_placed()
            self._settled = True
            os.sync()
            for folder in self._aside.glob("??/??"):
                _move(folder, self._pictures / folder.relative_to(self._aside))
            for note in self._notes:
                _write(self._data_dir / note.place, note)
            os.sync()

    def forget(self) -> None:
        """What was put aside and took no place yet."""
        if self._aside.exists():
            shutil.rmtree(self._aside)

    def give_up(self) -> None:
        """Nothing is left, unless files are in their places already: then the next restore must
        see that they are a restore's."""
        if self._begun and not self._settled:
            with suppress(OSError):
                self._clear()
            for folder in (self._aside, self._pictures):
                with suppress(OSError):  # it was there, with something in it
                    folder.rmdir()

    def _clear(self) -> None:
        """But for what an earlier one says of files in their places."""
        for each in self._aside.glob("*"):
            if each.name != PLACED:
                shutil.rmtree(each)

    def _placed(self) -> set[str]:
        try:
            return set((self._aside / PLACED).read_text("utf-8", "replace").split("\n"))
        except FileNotFoundError:
            return set()

    def _note_placed(self) -> None:
        with (self._aside / PLACED).open("a", encoding="utf-8") as placed:
            for file in self._aside.glob("??/??/*"):
                where = self._pictures / file.relative_to(self._aside)
                placed.write(f"{where.relative_to(self._data_dir).as_posix()}\n")
            for note in self._notes:
                placed.write(f"{note.place}\n")
            placed.flush()
            os.fsync(placed.fileno())


def cut_off(data_dir: Path) -> Path | None:
    """What a restore put aside that never ended, if there is such a thing."""
    aside = data_dir / "pictures" / ASIDE
    return aside if aside.is_dir() else None


def remove_abandoned(pictures: Path, before: float) -> None:
    """What a restore put aside that was never ended, and in which nothing changed since then."""
    aside = pictures / ASIDE
    if not aside.is_dir():
        return
    newest = max(changed(each) for each in chain([aside], aside.glob("??"), aside.glob("??/??")))
    if newest < before:
        try:
            shutil.rmtree(aside)
        except OSError as error:
            log.warning("cannot remove %s: %s", aside, error)
        else:
            log.info("%s of a restore that never ended was removed", aside)


def _require_room(needs: Iterable[tuple[Path, int]]) -> None:
    """In each of these folders; some may be on the same disk."""
    disks: dict[int, tuple[Path, int]] = {}
    for folder, size in needs:
        disk = folder.stat().st_dev
        first, others = disks.get(disk, (folder, 0))
        disks[disk] = first, others + size
    for folder, size in disks.values():
        free = shutil.disk_usage(folder).free
        if size > free:
            raise StorageFailed(
                f"The backup needs {-(-size // 2**20):,} MiB on the disk of {folder}, which has "
                f"{free // 2**20:,} MiB free. Make room, or choose another disk."
            )


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


def _write(place: Path, note: Note) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    # The owner may have written on; what pictures took is measured anew in any case.
    if note.place != SPEEDS and place.is_file() and place.read_bytes() != note.content:
        place.rename(_free_beside(place))
    write_whole(place, note.content)


def _free_beside(place: Path) -> Path:
    """animal.txt.before, or animal.txt.before2 where there is one."""
    names = chain([BEFORE], (f"{BEFORE}{number}" for number in count(2)))
    places = (place.with_name(place.name + name) for name in names)
    return next(free for free in places if not os.path.lexists(free))
