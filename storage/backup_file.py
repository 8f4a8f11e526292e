"""The file of a backup: written under another name, and in its place once it is whole."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from engine.errors import InvalidRequest, StorageFailed
from storage.backup_contents import is_backup
from storage.pictures import NO_ROOM
from storage.whole_file import UNFINISHED, settle


@contextmanager
def unfinished(place: Path, *, replace: bool) -> Iterator[tuple[BinaryIO, Path]]:
    """Nobody but its owner may read it. One that was left by a crash is written anew.

    Raises InvalidRequest where there is a file already, StorageFailed where the disk says no.
    """
    require_free(place, replace=replace)
    draft = place.with_name(place.name + UNFINISHED)
    with writing(place), _opened_alone(draft) as file:
        os.fchmod(file.fileno(), 0o600)
        file.truncate()
        try:
            yield file, draft
            os.fsync(file.fileno())
            # Writing took its time, and somebody may have put another file there.
            require_free(place, replace=replace)
            draft.replace(place)
            settle(place.parent)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """What the disk says, in a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise StorageFailed(
                f"The disk of {place.parent} has no room left. Make room, or choose another disk."
            ) from error
        raise StorageFailed(f"I could not write {place}: {error.strerror}.") from error


def require_free(place: Path, *, replace: bool) -> None:
    if place.name in {"", "-"} or place.is_dir():
        raise InvalidRequest(f"“{place}” is no file. Give a name, like easel.tar.")
    if not place.parent.is_dir():
        raise InvalidRequest(f"There is no folder {place.parent}. Make it, or name another.")
    if not os.path.lexists(place):  # also a link that leads nowhere is somebody's
        return
    if not replace:
        raise InvalidRequest(f"There is a file {place} already. Name another, or add --force.")
    if not is_backup(place):
        # A slip of the finger must not cost the database itself.
        raise InvalidRequest(f"{place} is no backup, so I do not overwrite it. Name another file.")


def _opened_alone(draft: Path) -> BinaryIO:
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    while True:
        file = os.fdopen(os.open(draft, flags, 0o600), "r+b")
        try:
            _require_alone(file, draft)
            # Between the two another backup may have become whole: then this is that one.
            if _is_there(file, draft):
                return file
        except BaseException:
            file.close()
            raise
        file.close()


def _is_there(file: BinaryIO, place: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), place.lstat())
    except FileNotFoundError:
        return False


def _require_alone(file: BinaryIO, draft: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in {errno.EWOULDBLOCK, errno.EACCES}:
            raise
        raise InvalidRequest(f"Another backup is being written to {draft}. Wait for it.") from None
