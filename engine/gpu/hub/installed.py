"""The models in the data folder: which lie there, linked from elsewhere, and taken away."""

import errno
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from engine.errors import BadModel
from engine.gpu.hub.part import ENDING, Part, part_of
from engine.gpu.hub.repository import SINGLE, hub_name, typed
from engine.gpu.hub.room import disk
from engine.gpu.models.blueprint import INDEX
from engine.gpu.models.catalog import BUILT_IN
from engine.nearest import did_you_mean

SOURCE = "source.json"
NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a downloaded model came from, as it is kept beside it."""

    repository: str
    revision: str
    licence: str
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """Like org/name@1234567."""
        return f"{self.repository}@{self.revision[:7]}"

    def write(self, file: Path) -> None:
        """Whole or not at all."""
        half = file.with_name(f"{file.name}.half")
        half.write_text(json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n", "utf-8")
        os.replace(half, file)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A model in the data folder. `unfinished` ones are still to be downloaded to their end."""

    name: str
    path: Path
    source: Source | None = None
    unfinished: bool = False

    @property
    def called(self) -> str:
        """As EASEL_MODELS and whoever added it call it."""
        on_hub = Part(self.path).pinned if self.unfinished else self.source
        return typed(self.name) if on_hub else self.name

    @property
    def link(self) -> Path | None:
        """What it points to, where it is only a link."""
        return Path(os.readlink(self.path)) if self.path.is_symlink() else None

    def size(self) -> int:
        """How much room it takes, behind a link too."""
        if self.path.is_file():
            return self.path.stat().st_size
        found = (file for file in self.path.rglob("*") if file.is_file())
        return sum(file.stat().st_size for file in found)


def installed(models_dir: Path) -> list[Installed]:
    """All of them by name, unfinished ones and links to what is gone among them."""
    if not models_dir.is_dir():
        return []
    found = (_look(path) for path in sorted(models_dir.iterdir()))
    return [model for model in found if model is not None]


def installed_as(name: str, models: Iterable[Installed]) -> Installed:
    """The one of that name, as it is called here, on the hub or in short. Raises BadModel."""
    by_name: dict[str, Installed] = {}
    for model in sorted(models, key=lambda model: model.unfinished):
        by_name.setdefault(model.name, model)
    on_hub = hub_name(name)
    found = by_name.get(name.removesuffix(SINGLE)) or (on_hub and by_name.get(on_hub.local))
    without_owner = [each for each in by_name.values() if each.source and _short(each) == name]
    if found or len(without_owner) == 1:
        return found or without_owner[0]
    if name == BUILT_IN:
        raise BadModel(f"{BUILT_IN} is part of Easel and stays.")
    told = (
        did_you_mean(name, [each.called for each in models])
        if by_name
        else "There are none to take away."
    )
    raise BadModel(f"There is no model “{name}” in the data folder. {told}")


def require_free(name: str, models_dir: Path, called: str) -> None:
    """Raises BadModel where there is a model of that name; people know it as `called`."""
    if any(os.path.lexists(models_dir / taken) for taken in (name, f"{name}{SINGLE}")):
        raise BadModel(
            f"There is a model {called} already. `easel models remove {called}` takes it away."
        )


def remove(model: Installed) -> None:
    """Take it off the disk; of a link only the link. At no moment half of it can be found."""
    with disk(model.called):
        if model.path.is_symlink():
            model.path.unlink()
        elif model.path.is_file():
            model.path.unlink()
            source_beside(model.path).unlink(missing_ok=True)
        else:
            part = Part(model.path) if model.unfinished else moved_aside(model)
            with part.claimed():
                shutil.rmtree(part.folder)


def link(path: Path, models_dir: Path) -> str:
    """Make a folder or file from elsewhere one of the models here, and answer its name."""
    name = path.name.removesuffix(SINGLE)
    if "," in name or name.endswith(ENDING) or name.startswith(".") or name == BUILT_IN:
        raise BadModel(f"No model here can be called “{name}”. Rename {path.name} first.")
    require_free(name, models_dir, name)
    target = models_dir / path.name
    with disk(name):
        models_dir.mkdir(parents=True, exist_ok=True)
        try:
            target.symlink_to(path, target_is_directory=path.is_dir())
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            copy(path, target)
    return name


def copy(path: Path, target: Path) -> None:
    """Where the disk knows no links. Seen only once it is whole."""
    part = part_of(target.name.removesuffix(SINGLE), target.parent)
    part.folder.mkdir(exist_ok=True)
    with part.claimed():
        if part.model.exists():
            shutil.rmtree(part.model)
        part.model.mkdir()
        whole = part.model / path.name
        if path.is_dir():
            shutil.copytree(path, whole)
        else:
            shutil.copyfile(path, whole)
        os.rename(whole, target)
        shutil.rmtree(part.folder)


def source_beside(file: Path) -> Path:
    """Where it is kept for a model in a single file."""
    return file.with_name(f"{file.name.removesuffix(SINGLE)}.{SOURCE}")


def source_within(folder: Path) -> Path:
    """Where it is kept for a model in a folder."""
    return folder / SOURCE


def moved_aside(model: Installed) -> Part:
    """Not pinned to any revision, so that nobody takes what is left for the start of another."""
    part = part_of(model.name, model.path.parent)
    if part.folder.exists():
        shutil.rmtree(part.folder)
    part.folder.mkdir()
    os.rename(model.path, part.model)
    return part


def _short(model: Installed) -> str:
    """What the catalogue calls it where that tells which one is meant."""
    return model.name.rpartition("--")[2]


def _look(path: Path) -> Installed | None:
    if path.is_dir() and path.name.endswith(ENDING):
        return Installed(name=path.name.removesuffix(ENDING), path=path, unfinished=True)
    if path.suffix == SINGLE and (path.is_file() or path.is_symlink()):
        name = path.name.removesuffix(SINGLE)
        return Installed(name=name, path=path, source=_source(source_beside(path)))
    if (path / INDEX).is_file() or (path.is_symlink() and not path.exists()):
        return Installed(name=path.name, path=path, source=_source(source_within(path)))
    return None


def _source(file: Path) -> Source | None:
    try:
        told = json.loads(file.read_text("utf-8"))
        return Source(
            repository=str(told["repository"]),
            revision=str(told["revision"]),
            licence=str(told["licence"]),
        )
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
