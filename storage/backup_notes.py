"""The small files of the data folder on their way into a backup, and what is said of the others."""

import errno
import os
import stat
from pathlib import Path

from engine.errors import StorageFailed
from storage.backup_contents import LARGEST_NOTE, SPEEDS, WILDCARD
from storage.backup_draft import Draft

LINKS = frozenset({errno.ELOOP, errno.ENOTDIR})
"""What the system says of a link where none is followed."""


class _LeftOut(Exception):
    """A file that no backup can hold, in a sentence that says the mend."""


def add_notes(draft: Draft, data_dir: Path) -> list[str]:
    """Answers what is said of files that are left out: one of them must not cost all the others.

    Raises StorageFailed where one may not be read.
    """
    said = []
    for place in (data_dir / SPEEDS, *sorted((data_dir / "wildcards").glob("*.txt"))):
        try:
            _add(draft, data_dir, place)
        except FileNotFoundError:
            continue
        except _LeftOut as sentence:
            said.append(f"Not in it: {sentence}")
    return said


def _add(draft: Draft, data_dir: Path, place: Path) -> None:
    name = place.relative_to(data_dir).as_posix()
    try:
        name.encode()
        named = name == SPEEDS or WILDCARD.fullmatch(name)
    except UnicodeEncodeError:
        named = None
    if not named:
        raise _LeftOut(f"{place} has a name that no backup can hold. Rename it.")
    content = _read(place)
    try:
        draft.note(name, content)
    except ValueError:
        raise _LeftOut(f"{place} has too long a name. Shorten it.") from None


def _read(place: Path) -> bytes:
    """Through no link: whoever may write here could have anything read by one who may read more."""
    try:
        folder = os.open(
            place.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | _unlinked(place)
        )
        try:
            # A pipe would be waited for.
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            file = os.open(place.name, flags, dir_fd=folder)
        finally:
            os.close(folder)
        with os.fdopen(file, "rb") as stream:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise _LeftOut(f"{place} is no file.")
            content = stream.read(LARGEST_NOTE + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in LINKS:
            raise _LeftOut(f"{place} is a link. Put the file itself there.") from error
        raise StorageFailed(f"I cannot read {place}: {error.strerror}.") from error
    if len(content) > LARGEST_NOTE:
        most = LARGEST_NOTE // 2**20
        raise _LeftOut(f"{place} is larger than {most} MiB. Make it smaller.")
    return content


def _unlinked(place: Path) -> int:
    """The data folder itself may be a link of its owner's."""
    return 0 if place.name == SPEEDS else os.O_NOFOLLOW
