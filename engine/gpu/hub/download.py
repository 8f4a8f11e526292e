"""Brings a model from the hub to the disk: pinned, resumed, verified, and found only once whole."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha1, sha256
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import BadModel
from engine.gpu.hub.first_look import Judge, look_first, whole_model
from engine.gpu.hub.hub import CHUNK, Hub
from engine.gpu.hub.installed import Source, require_free, source_beside, source_within
from engine.gpu.hub.part import Part, part_of
from engine.gpu.hub.repository import SINGLE, HubName, Listing, RemoteFile, typed
from engine.gpu.hub.room import disk, free_room, require_room
from engine.gpu.hub.wanted import files_of_pipeline, single_file
from engine.gpu.models.blueprint import INDEX
from engine.gpu.models.weights import require_safetensors

if TYPE_CHECKING:
    from hashlib import _Hash

PARTIAL = ".partial"
LARGEST_INDEX = 2**20

Tell = Callable[[str, int], None]
"""Hears of each file how many bytes were won, or lost where it had to begin anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A model on its way here.

    `resumed` says that it was begun by an earlier run; `moved`, that the branch points elsewhere
    by now: what was begun is brought to its end.
    """

    part: Part
    listing: Listing
    files: tuple[str, ...]
    resumed: bool
    moved: bool

    @property
    def size(self) -> int:
        """How many bytes it is all in all."""
        return sum(self.listing.files[file].size for file in self.files)

    @property
    def here(self) -> int:
        """How many of them are here already."""
        return sum(_here(self.part.model / file, self.listing.files[file]) for file in self.files)

    def fetch(self, hub: Hub, tell: Tell) -> None:
        """Bring what is missing, each file verified."""
        for file in self.files:
            place = self.part.model / file
            _fetch(hub, self.listing, file, place, tell)
            if file.endswith(SINGLE):
                with _judging(self.part):
                    require_safetensors(place)

    def publish(self, check: Callable[[Path], object]) -> Path:
        """Put the whole model where the catalogue looks, once `check` finds nothing wrong."""
        models_dir, model = self.part.folder.parent, self.part.model
        if INDEX in self.files:
            whole, target = model, models_dir / self.part.name
            source = source_within(whole)
        else:
            whole = model / self.files[0]
            target = models_dir / f"{self.part.name}{SINGLE}"
            source = source_beside(target)
        with disk(self.part.name):
            self._drop_all_else()
            with _judging(self.part):
                check(whole)
            require_free(self.part.name, models_dir, typed(self.part.name))
            self._source().write(source)
            os.rename(whole, target)
            shutil.rmtree(self.part.folder)
        return target

    def _source(self) -> Source:
        return Source(
            repository=self.listing.repository,
            revision=self.listing.revision,
            licence=self.listing.licence,
            files={
                # Those that the hub knows by another digest are small.
                file: self.listing.files[file].sha256
                or sha256((self.part.model / file).read_bytes()).hexdigest()
                for file in self.files
            },
        )

    def _drop_all_else(self) -> None:
        """An earlier Easel may have chosen other files."""
        wanted = {self.part.model / file for file in self.files}
        for file in list(self.part.model.rglob("*")):
            if file.is_file() and file not in wanted:
                file.unlink()


@contextmanager
def open_download(
    name: HubName,
    models_dir: Path,
    hub: Hub,
    *,
    free: Callable[[Path], int] = free_room,
    judge: Judge = whole_model,
) -> Iterator[Download]:
    """Decide what to bring; nobody else brings the same meanwhile.

    Raises where it does not fit, and where the headers of the weights show that it is no model.
    """
    require_free(name.local, models_dir, str(name))
    part = part_of(name.local, models_dir)
    begun = part.folder.exists()
    with disk(str(name)):
        part.folder.mkdir(parents=True, exist_ok=True)
    with part.claimed():
        try:
            download = _prepare(name, part, hub)
            with _judging(part):
                look_first(hub, download.listing, download.files, judge)
            require_room(str(name), download.size - download.here, free(models_dir))
        except BaseException:
            if not begun:
                shutil.rmtree(part.folder, ignore_errors=True)
            raise
        yield download


@contextmanager
def _judging(part: Part) -> Iterator[None]:
    """What is refused for what it is would be refused again, so nothing of it is kept."""
    try:
        yield
    except BadModel:
        shutil.rmtree(part.folder, ignore_errors=True)
        raise


def _prepare(name: HubName, part: Part, hub: Hub) -> Download:
    newest = listing = hub.look_up(name)
    pinned = part.pinned
    if pinned and pinned != newest.revision:
        try:
            listing = hub.look_up(replace(name, revision=pinned))
        except BadModel:  # taken away for good: what came of it is of no use
            pinned = None
    if pinned != listing.revision:
        with disk(part.name):
            if part.model.exists():
                shutil.rmtree(part.model)
            part.pin(listing.revision)
    return Download(
        part=part,
        listing=listing,
        files=tuple(_chosen(name, part, listing, hub)),
        resumed=pinned is not None,
        moved=listing.revision != newest.revision,
    )


def _chosen(name: HubName, part: Part, listing: Listing, hub: Hub) -> list[str]:
    if name.file is not None or INDEX not in listing.files:
        return [single_file(name, listing.files)]
    if listing.files[INDEX].size <= LARGEST_INDEX:
        _fetch(hub, listing, INDEX, part.model / INDEX, lambda *_: None)
        try:
            index = json.loads((part.model / INDEX).read_text("utf-8"))
        except (ValueError, RecursionError):
            index = None
        if isinstance(index, dict):
            return files_of_pipeline(listing.repository, listing.files, index)
    raise BadModel(f"The {INDEX} of {listing.repository} is damaged. Take another repository.")


def _fetch(hub: Hub, listing: Listing, path: str, place: Path, tell: Tell) -> None:
    partial = place.with_name(place.name + PARTIAL)
    with disk(place.name):
        if not place.is_file():
            place.parent.mkdir(parents=True, exist_ok=True)
            # What was sent wrongly once may be sent rightly the second time.
            if not any(_poured(hub, listing, path, partial, tell) for _ in range(2)):
                raise BadModel(
                    f"{path} came from {listing.repository} with other bytes than the hub "
                    "promises. Try again later; if it stays so, take another repository."
                )
            os.replace(partial, place)


def _poured(hub: Hub, listing: Listing, path: str, partial: Path, tell: Tell) -> bool:
    """True where the partial file now has the bytes that the hub promises; else it is gone."""
    remote = listing.files[path]
    if partial.is_file() and partial.stat().st_size > remote.size:
        partial.unlink()
    digest = _digest_for(remote)
    with partial.open("a+b") as file:
        file.seek(0)
        while piece := file.read(CHUNK):
            digest.update(piece)
        try:
            for at, piece in hub.read(listing, path, file.tell()):
                if at != file.tell():
                    tell(path, at - file.tell())
                    file.seek(at)
                    file.truncate()
                    digest = _digest_for(remote)
                file.write(piece)
                digest.update(piece)
                tell(path, len(piece))
        except BadModel:
            partial.unlink()
            raise
        file.flush()
        os.fsync(file.fileno())
    if (remote.sha256 or remote.blob) in {None, digest.hexdigest()}:
        return True
    partial.unlink()
    tell(path, -remote.size)
    return False


def _digest_for(remote: RemoteFile) -> "_Hash":
    """Of large files the hub knows the SHA-256, of small ones only git's own digest."""
    if remote.sha256:
        return sha256()
    return sha1(f"blob {remote.size}\0".encode(), usedforsecurity=False)


def _here(place: Path, remote: RemoteFile) -> int:
    for file in (place, place.with_name(place.name + PARTIAL)):
        if file.is_file():
            return min(file.stat().st_size, remote.size)
    return 0
