"""Shelves: the folders that add-ons lie in, looked at anew whenever somebody asks."""

import logging
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from engine.addon import Addon, Kind, Refused, Shelf
from engine.errors import BadModel, PaintingFailed
from engine.extras import LIKES as LIKED
from engine.gpu.addons.addon_header import kind_of
from engine.gpu.addons.addon_picture import kind_by_config
from engine.gpu.models.description import wishes_in
from engine.gpu.models.weights import PICKLE_ENDINGS, digest_of, header_of

log = logging.getLogger(__name__)

WEIGHTS = ".safetensors"
# Beside a LoRA's file: what it likes best, as models have it.
LIKES = ".card.json"
# There is nothing below a file.
NOWHERE = Path(os.devnull)
UNREADABLE = "I cannot make anything of what is in it. Download it again."
FOLDERS = frozenset({Kind.CONTROLNET})
"""Kinds that may be a diffusers folder too."""


class _Seen(NamedTuple):
    """A file as it was, so that an unchanged one need not be read again."""

    size: int
    changed: int
    addon: Addon | Refused


class Shelves:
    """One folder a kind, below one root: `loras/NAME.safetensors` and so on."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._seen: dict[Path, _Seen] = {}
        self._files: Mapping[tuple[Kind, str, str], Path] = {}

    @property
    def root(self) -> Path:
        return self._root

    def look(self) -> Shelf:
        """What is there now. What cannot be used is kept apart, and told in the log once."""
        seen: dict[Path, _Seen] = {}
        files: dict[tuple[Kind, str, str], Path] = {}
        addons: list[Addon] = []
        refused: list[Refused] = []
        for kind in Kind:
            for file in _entries(self._root / kind, kind):
                before = self._seen.get(file)
                now = _state(file)
                if before is None or before[:2] != now:
                    before = _Seen(*now, _read(file, kind))
                seen[file] = before
                match before.addon:
                    case Addon() as addon:
                        addons.append(addon)
                        files[kind, addon.name, addon.digest] = file
                    case Refused() as other:
                        refused.append(other)
        # Whole and at once: the engine thread may look one up right now.
        self._seen, self._files = seen, files
        return Shelf(addons=addons, refused=refused)

    def file(self, kind: Kind, name: str, digest: str) -> Path:
        """Raises PaintingFailed where that very file is not there any more."""
        found = self._files.get((kind, name, digest))
        if found is None or not self._is_as_seen(found):
            self.look()
            found = self._files.get((kind, name, digest))
        if found is None:
            raise PaintingFailed(
                "The {kind} “{name}” of that recipe is gone or has changed. Ask for it again.",
                kind=kind.spoken,
                name=name,
            )
        return found

    def _is_as_seen(self, file: Path) -> bool:
        """False where it was exchanged and nobody has looked since."""
        return file in self._seen and self._seen[file][:2] == _state(file)


def shelves_at(root: Path) -> Shelves:
    """The same for everybody in this program, so that each file is read and told of once."""
    return _shelves_at(root.resolve())


@cache
def _shelves_at(root: Path) -> Shelves:
    return Shelves(root)


def _entries(folder: Path, kind: Kind) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir()):
        folders = kind in FOLDERS and (entry / "config.json").is_file()
        # Pickles too: they are never opened, but whoever put one there wonders where it is.
        if (entry.suffix in {WEIGHTS, *PICKLE_ENDINGS} and entry.is_file()) or folders:
            yield entry


def _state(entry: Path) -> tuple[int, int]:
    """Size and time, so that a change shows, also of what is written beside it."""
    beside = entry.with_suffix(LIKES)
    try:
        files = [entry] if entry.is_file() else sorted(entry.iterdir())
        states = [file.stat() for file in (*files, *([beside] if beside.is_file() else []))]
    except OSError:  # a link to nothing, or gone this very moment
        return -1, -1
    return sum(state.st_size for state in states), max(state.st_mtime_ns for state in states)


def _read(entry: Path, kind: Kind) -> Addon | Refused:
    files = [entry] if entry.is_file() else sorted(entry.glob("*"))
    name = entry.stem if entry.is_file() else entry.name
    weights = [file for file in files if file == entry or file.suffix == WEIGHTS]
    try:
        headers = [header_of(file) for file in weights]
        digest = digest_of(files, entry.parent)
        likes = (
            wishes_in(entry.with_suffix(LIKES), name, wishable=LIKED) if kind is Kind.LORA else {}
        )
        if entry.is_dir():
            architecture = kind_by_config(entry)
        else:
            architecture = kind_of(kind, headers[0]) if headers else ""
    except BadModel as error:
        # Whoever asks for it hears it too, and `easel doctor` lists it.
        log.info("the %s %s cannot be used: %s", kind.spoken, entry.name, error)
        return Refused(kind=kind, name=name, why=str(error))
    except Exception:
        # A bug of ours, and still no reason that nobody can ask for anything.
        log.exception("the %s %s cannot be read", kind.spoken, entry.name)
        return Refused(kind=kind, name=name, why=UNREADABLE)
    return Addon(kind=kind, name=name, digest=digest, architecture=architecture, **likes)
