"""Picture files on disk, each under the SHA-256 of its bytes."""

import asyncio
import errno
import hashlib
import logging
import os
import re
from pathlib import Path
from uuid import uuid4

from engine.errors import NotFound, StorageFailed

log = logging.getLogger(__name__)

DIGEST = re.compile(r"[0-9a-f]{64}")
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
