"""Picture files on disk, each under the SHA-256 of its bytes."""

import asyncio
import errno
import hashlib
import logging
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from engine.errors import NotFound, StorageFailed

log = logging.getLogger(__name__)

DIGEST = re.compile(r"[0-9a-f]{64}")
LEAVING = ".leaving"
"""How a file is called that is about to be removed, until nothing can call it back."""
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class PictureFiles:
    """A folder of files that are written once, whole or not at all, and never changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def keep(self, file: bytes) -> str:
        """Keep it and answer its digest. Raises StorageFailed."""
        return await asyncio.to_thread(self._keep, file)

    async def file(self, digest: str) -> bytes:
        """Raises NotFound, or StorageFailed where the disk cannot be read."""
        return await asyncio.to_thread(self._file, digest)

    async def has(self, digest: str) -> bool:
        return await asyncio.to_thread(os.path.isfile, self._path(digest))

    async def stay(self, digest: str, file: bytes) -> None:
        """Keep on keeping it, also where somebody else removed it this moment."""
        if not await asyncio.to_thread(_touched, self._path(digest)):
            await self.keep(file)

    async def put_aside(self, digests: Iterable[str]) -> Sequence[Path]:
        """Nobody finds them any more; answers where they are now."""
        return await asyncio.to_thread(self._put_aside, list(digests))

    async def bring_back(self, aside: Iterable[Path]) -> None:
        await asyncio.to_thread(_bring_back, list(aside))

    async def throw_away(self, aside: Iterable[Path]) -> None:
        await asyncio.to_thread(_throw_away, list(aside))

    async def remove_old(self, files: Mapping[str, float]) -> int:
        """Remove those that nobody has kept since then; answer how many that were."""
        ages = {self._path(digest): since for digest, since in files.items()}
        return await asyncio.to_thread(remove_old, ages)

    async def size(self, digest: str) -> int:
        """In bytes; 0 where there is none."""
        return await asyncio.to_thread(_size, self._path(digest))

    def _put_aside(self, digests: Iterable[str]) -> list[Path]:
        aside: list[Path] = []
        try:
            for digest in digests:
                path = self._path(digest)
                with suppress(FileNotFoundError):
                    aside.append(path.replace(path.with_name(path.name + LEAVING)))
        except OSError as error:
            _bring_back(aside)
            log.error("cannot remove %s: %s", path, error)
            raise StorageFailed(
                "The picture cannot be deleted: Easel may not write to its folder, or the disk is "
                "in trouble. The log says which."
            ) from error
        return aside

    def _keep(self, file: bytes) -> str:
        digest = hashlib.sha256(file).hexdigest()
        path = self._path(digest)
        try:
            if not _touched(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                _write_whole(path, file)
        except OSError as error:
            log.error("cannot keep %s: %s", path, error)
            if error.errno in NO_ROOM:
                raise StorageFailed(
                    "The disk has no room left for the picture. Make room, then ask again."
                ) from error
            raise StorageFailed(
                "The picture cannot be kept: Easel may not write to its folder, or the disk is "
                "in trouble. The log says which."
            ) from error
        return digest

    def _file(self, digest: str) -> bytes:
        path = self._path(digest)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise _gone() from None
        except OSError as error:
            log.error("cannot read %s: %s", path, error)
            raise StorageFailed(
                "The picture is there but cannot be read. The log says why."
            ) from error

    def _path(self, digest: str) -> Path:
        # What is no digest must not become a path: it may come from anybody and say ../..
        if not DIGEST.fullmatch(digest):
            raise _gone()
        # Two levels of folders keep each of them small, however many pictures there are.
        return self.folder / digest[:2] / digest[2:4] / digest


def remove_old(files: Mapping[Path, float]) -> int:
    """Remove the files that were not changed since then.

    Whoever keeps one again makes it young. So it is first moved aside and then looked at: either it
    is seen to be young, or it is not there for the one who keeps it, who writes it anew.
    """
    removed = 0
    for path, since in files.items():
        aside = path.with_name(path.name + LEAVING)
        with suppress(FileNotFoundError):  # another program removes it too
            path.replace(aside)
            if changed(aside) <= since:
                aside.unlink()
                removed += 1
            else:
                aside.replace(path)
    return removed


def changed(path: Path) -> float:
    """When it was kept for the last time; infinitely late where it is gone."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _bring_back(aside: Iterable[Path]) -> None:
    for path in aside:
        with suppress(FileNotFoundError):
            path.replace(path.with_suffix(""))


def _throw_away(aside: Iterable[Path]) -> None:
    for path in aside:
        path.unlink(missing_ok=True)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _touched(path: Path) -> bool:
    """Young again, or a sweep of orphans might remove what a row is about to name."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return path.is_file()


def _write_whole(path: Path, file: bytes) -> None:
    """Write beside it, then rename: nobody, not even after a power cut, sees half a file."""
    unfinished = path.with_name(f"{uuid4().hex}.unfinished")
    try:
        with unfinished.open("xb") as stream:
            stream.write(file)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    _settle(path.parent)


def _settle(folder: Path) -> None:
    # The rename itself survives a power cut only once its folder is on the disk.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _gone() -> NotFound:
    return NotFound("That picture is not kept here any more.")
