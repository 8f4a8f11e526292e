"""Part: the folder of a model that is not whole yet, where the catalogue does not look."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from engine.errors import Misconfigured
from engine.gpu.hub.repository import typed
from engine.gpu.hub.room import disk

ENDING = ".part"
_LOCK, _PINNED = "lock", "pinned.json"


@dataclass(frozen=True, slots=True)
class Part:
    """One per model. The model's files lie in a folder below it, which only has to be moved."""

    folder: Path

    @property
    def name(self) -> str:
        """The model's."""
        return self.folder.name.removesuffix(ENDING)

    @property
    def model(self) -> Path:
        """Where its files lie meanwhile."""
        return self.folder / self.name

    @property
    def pinned(self) -> str | None:
        """The revision that the files are of."""
        try:
            return str(json.loads((self.folder / _PINNED).read_text("utf-8"))["revision"])
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def pin(self, revision: str) -> None:
        """Whatever comes here from now on is of this revision."""
        half = self.folder / f"{_PINNED}.half"
        half.write_text(json.dumps({"revision": revision}), "utf-8")
        os.replace(half, self.folder / _PINNED)

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Nobody else works on it meanwhile. The claim ends with the program, however it ends."""
        with disk(self.name):
            lock = (self.folder / _LOCK).open("w")
        with lock:
            try:
                flock(lock, LOCK_EX | LOCK_NB)
                mine = os.path.samestat(os.fstat(lock.fileno()), (self.folder / _LOCK).stat())
            except OSError:
                mine = False  # held by another, or taken away by one that has just finished
            if not mine:
                raise Misconfigured(
                    f"Another Easel is downloading {typed(self.name)} right now. Wait for it."
                )
            yield


def part_of(name: str, models_dir: Path) -> Part:
    """Where the model of that name lies while it is not whole."""
    return Part(models_dir / f"{name}{ENDING}")
