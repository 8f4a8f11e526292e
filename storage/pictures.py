"""Picture files on disk, each under the SHA-256 of its bytes."""

import asyncio
import errno
import hashlib
import logging
import os
import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from engine.errors import NotFound, StorageFailed
from storage.whole_file import write_whole

log = logging.getLogger(__name__)

DIGEST = re.compile(r"[0-9a-f]{64}")
LEAVING = ".leaving"
"""How an old file is called while a sweep looks whether somebody has just kept it again."""
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
        await asyncio.to_thread(self._keep_as, digest, file)

    async def throw_away(self, digests: Iterable[str]) -> Collection[str]:
        """Answers those that cannot be removed.

        Whoever is cancelled meanwhile still waits for it: what they hold so that nobody keeps the
        same again, they hold until the last file is gone.
        """
        paths = {digest: self._path(digest) for digest in digests}
        going = asyncio.create_task(asyncio.to_thread(self._throw_away, paths))
        try:
            return await asyncio.shield(going)
        finally:
            while not going.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([going])

    async def size(self, digest: str) -> int:
        """In bytes; 0 where there is none."""
        return await asyncio.to_thread(_size, self._path(digest))

    def _throw_away(self, files: Mapping[str, Path]) -> list[str]:
        stuck = []
        for digest, path in files.items():
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                log.error("cannot remove %s: %s", path, error)
                stuck.append(digest)
        return stuck

    def _keep(self, file: bytes) -> str:
        digest = hashlib.sha256(file).hexdigest()
        self._keep_as(digest, file)
        return digest

    def _keep_as(self, digest: str, file: bytes) -> None:
        path = self._path(digest)
        try:
            if not _touched(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                write_whole(path, file)
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
    is seen to be young, or it is not there for the one who keeps it, who writes it anew. One that
    cannot be moved stays until the next time.
    """
    removed = 0
    for path, since in files.items():
        aside = path.with_name(path.name + LEAVING)
        try:
            path.replace(aside)
            if changed(aside) <= since:
                aside.unlink()
                removed += 1
            else:
                aside.replace(path)
        except FileNotFoundError:
            continue  # another program removes it too
        except OSError as error:
            log.warning("cannot remove %s: %s", path, error)
    return removed


def changed(path: Path) -> float:
    """When it was kept for the last time; infinitely late where it is gone or nobody can tell."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
    except OSError as error:
        log.warning("cannot tell how old %s is: %s", path, error)
        return float("inf")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
    except OSError as error:
        log.warning("cannot tell how large %s is: %s", path, error)
        return 0


def _touched(path: Path) -> bool:
    """Young again, or a sweep of orphans might remove what a row is about to name."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return path.is_file()


def _gone() -> NotFound:
    return NotFound("That picture is not kept here any more.")
